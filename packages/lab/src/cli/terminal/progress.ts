/** Progress of a long job: live lines on a terminal, now and then a plain line elsewhere. */
import { clipColumns } from "../../base/terminal-text.ts";

export interface Progress {
  /** Shows the present state: `lines` on a terminal, `plain` in a log (at most every few seconds). */
  show(lines: readonly string[], plain: string): void;
  /** A line that stays. */
  log(line: string): void;
  /** Takes the live lines away. */
  end(): void;
}

/** The part of a stream that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** Seconds as 42 s, 3 min 05 s or 1 h 02 min. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** [=====>    ] of `width` characters inside the brackets. */
export function progressBar(fraction: number, width = 24): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  const head = filled > 0 && filled < width ? ">" : "";
  return `[${"=".repeat(filled - head.length)}${head}${" ".repeat(width - filled)}]`;
}

/** Progress on a stream; plain lines are `every` milliseconds apart. */
export function makeProgress(stream: ProgressStream, { every = 5000, live = stream.isTTY === true } = {}): Progress {
  let drawn = 0;
  let lastPlain = -Infinity;
  const erase = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  return {
    show(lines, plain) {
      if (live) {
        const width = Math.max(20, (stream.columns ?? 80) - 1);
        erase();
        stream.write(lines.map((line) => `${clipColumns(line, width)}\n`).join(""));
        drawn = lines.length;
      } else if (performance.now() - lastPlain >= every) {
        lastPlain = performance.now();
        stream.write(`${plain}\n`);
      }
    },
    log(line) {
      erase();
      stream.write(`${line}\n`);
    },
    end: erase,
  };
}
