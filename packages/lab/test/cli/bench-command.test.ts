/** `fenchel bench`, and the progress that long commands show. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatBytes, threeDigits } from "../../src/cli/terminal/bench-text.ts";
import { formatDuration, makeProgress, progressBar } from "../../src/cli/terminal/progress.ts";
import type { BenchResult } from "../../src/bench/bench.ts";
import { fenchel, mistake } from "./run-command.ts";

const folder = mkdtempSync(join(tmpdir(), "fenchel-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("fenchel bench", () => {
  it("prints a table and writes JSON", async () => {
    const path = join(folder, "bench.json");
    const { code, out } = await fenchel(
      ..."bench --sizes 3x8,2x16 --distributions normal,sorted --mappings sparsemax --seconds 0.2 --json".split(" "),
      path,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^3 rows of 8, float32[^]*\n\n2 rows of 16, float32/);
    expect(out).toMatch(/^scores +mapping +ns\/element +x softmax +x copy +x its normal +plain call, x +bytes\/call$/m);
    expect(out.match(/^sorted {2}sparsemax .*$/gm)).toHaveLength(2);
    const report = JSON.parse(readFileSync(path, "utf8")) as { machine: { node: string }; results: BenchResult[] };
    expect(report.machine.node).toBe(process.version);
    expect(report.results).toHaveLength(8);
    expect(report.results[3]).toMatchObject({ mapping: "sparsemax", distribution: "sorted", rows: 3, n: 8 });
    for (const { plain } of report.results) expect(plain).toBeGreaterThan(0);
  });

  it("tells mistakes in one line", async () => {
    const mistakes: [string[], RegExp][] = [
      [["--mappings", "sparsmax"], /unknown mapping "sparsmax": did you mean sparsemax/],
      [["--mapping", "sparsemax"], /unknown option '--mapping' .*--mappings/],
      [["--sizes", "12"], /--sizes is "12": ROWSxENTRIES/],
      [["--sizes", "0x4"], /each 1 or more/],
      [["--distributions", "normall"], /--distributions is "normall": did you mean normal\? One of normal, peaked/],
      [["--seconds", "0"], /--seconds is "0"/],
      [["--seconds", "-1"], /--seconds is "-1"/],
      [["--seed", "1.5"], /--seed is "1.5"/],
      [["--scaling", "--float64"], /--scaling does not support --float64/],
      [["--continuous", "--mappings", "softmax"], /--continuous does not support --mappings/],
      [["--cold", "--quick"], /--cold does not support --quick/],
      [["--cold", "--sizes", "1x2,3x4"], /--cold measures one size/],
      [["--scaling", "--continuous"], /--scaling and --continuous do not go together/],
      [["trian"], /unknown command "trian": did you mean train\? Available: train; see fenchel bench --help/],
      [["--quick", "--json", folder], /it is a folder/],
      [["--quick", "--json", join(folder, "no", "x.json")], /no such file or folder/],
    ];
    for (const [args, message] of mistakes) expect(await mistake("bench", ...args)).toMatch(message);
  });
});

describe("progress", () => {
  it("redraws its lines on a terminal and cleans up", () => {
    const written: string[] = [];
    const progress = makeProgress({ isTTY: true, columns: 30, write: (text) => written.push(text) });
    progress.show(["one", "two".padEnd(60, "!")], "plain");
    progress.show(["three"], "plain");
    progress.end();
    expect(written[0]!.split("\n")[1]).toHaveLength(29);
    expect(written.join("")).toContain("\u001b[2A\u001b[0J");
    expect(written.at(-1)).toBe("\u001b[1A\u001b[0J");
    expect(written.join("")).not.toContain("plain");
  });

  it("writes a plain line now and then elsewhere", () => {
    const written: string[] = [];
    const progress = makeProgress({ write: (text) => written.push(text) }, { every: 1e6 });
    for (let i = 0; i < 5; i++) progress.show(["live"], `plain ${i}`);
    progress.log("kept");
    progress.end();
    expect(written).toEqual(["plain 0\n", "kept\n"]);
  });

  it("cuts lines between whole characters", () => {
    const written: string[] = [];
    const progress = makeProgress({ isTTY: true, columns: 22, write: (text) => written.push(text) });
    progress.show(["\u4e2d".repeat(30)], "plain");
    expect(written).toEqual([`${"\u4e2d".repeat(10)}\n`]);
  });

  it("formats durations, bars, sizes and figures", () => {
    expect([0.4, 59, 185, 3720].map(formatDuration)).toEqual(["0 s", "59 s", "3 min 05 s", "1 h 02 min"]);
    expect([0, 0.5, 1].map((fraction) => progressBar(fraction, 4))).toEqual(["[    ]", "[=>  ]", "[====]"]);
    expect([null, 12, 2048, 3.1e6].map(formatBytes)).toEqual(["n/a", "12 B", "2.05 kB", "3.10 MB"]);
    expect([0.0123, 1.234, 123.4].map(threeDigits)).toEqual(["0.012", "1.23", "123"]);
  });
});
