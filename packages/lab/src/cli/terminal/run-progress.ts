/** Progress of the runs of a comparison, as lines for the terminal and the log, with the time left. */
import type { TrainProgress } from "../../training/fit.ts";
import type { PlannedRun } from "../../compare/plan.ts";

/** What progress shows of a run. */
type Planned = Pick<PlannedRun, "name">;
import { formatDuration, progressBar } from "./progress.ts";

interface Running {
  readonly run: Planned;
  progress: TrainProgress | null;
}

export interface RunProgress {
  start(run: Planned): void;
  update(run: Planned, progress: TrainProgress): void;
  finish(run: Planned): void;
  /** Lines for a terminal: all runs, then every running one. */
  lines(): string[];
  /** The same in one line. */
  plain(): string;
}

/** Share of a run that is done, were it to use all of its epochs. */
function share(progress: TrainProgress | null): number {
  if (progress === null) return 0;
  return (progress.epoch - 1 + progress.step / Math.max(1, progress.steps)) / progress.epochs;
}

function stand(progress: TrainProgress | null): string {
  if (progress === null) return "starting";
  const { epoch, epochs, written } = progress;
  return written === undefined ? `epoch ${epoch}/${epochs}` : `decoding ${written.done}/${written.of}`;
}

/** `runs` to train, beside `reused` that had ended before; `now` in milliseconds. */
export function makeRunProgress(
  runs: number,
  reused: number,
  now: () => number = () => performance.now(),
): RunProgress {
  const running: Running[] = [];
  const begun = now();
  let finished = 0;
  const fraction = () =>
    (finished + running.reduce((sum, { progress }) => sum + share(progress), 0)) / Math.max(1, runs);
  const left = () => {
    const done = fraction();
    // The first steps compile the model and say little about the rest; nor does what comes after the last one.
    if (done < 0.02 || done === 1) return "";
    return `, about ${formatDuration((((now() - begun) / 1000) * (1 - done)) / done)} left`;
  };
  const counted = () => `${reused + finished} of ${reused + runs} runs${left()}`;
  return {
    start: (run) => void running.push({ run, progress: null }),
    update(run, progress) {
      const found = running.find((one) => one.run === run);
      if (found !== undefined) found.progress = progress;
    },
    finish(run) {
      const index = running.findIndex((one) => one.run === run);
      if (index >= 0) running.splice(index, 1);
      finished++;
    },
    lines() {
      const width = Math.max(...running.map(({ run }) => run.name.length), 8);
      const one = ({ run, progress }: Running) => {
        // NaN, before the first step, becomes null on its way between processes.
        const loss = Number.isFinite(progress?.loss) ? `  loss ${progress!.loss.toFixed(3)}` : "";
        return `${run.name.padEnd(width)} ${progressBar(share(progress))} ${stand(progress)}${loss}`;
      };
      return [`${"all".padEnd(width)} ${progressBar(fraction())} ${counted()}`, ...running.map(one)];
    },
    plain() {
      const parts = running.map(({ run, progress }) => `${run.name} ${stand(progress)}`);
      return [counted(), ...parts].join("; ");
    },
  };
}
