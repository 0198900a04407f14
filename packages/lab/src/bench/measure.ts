/** Times calls against each other: in turns, so that whatever slows the machine slows all of them alike. */

/** Something to time. */
export interface Timed {
  readonly label: string;
  readonly call: () => void;
}

export interface Timing {
  readonly label: string;
  /** Median over the rounds. */
  readonly seconds: number;
  /** Seconds per call in every round; those of one round were taken side by side. */
  readonly samples: readonly number[];
}

/** A sample must last this long, or the clock's own grain shows. */
const leastSample = 1e-3;

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Seconds per call: the clock's, or the processor time of this process where that is less, as when other processes had
 * the core in between. (It is more where the engine's own threads help.)
 */
function secondsOf(call: () => void, repeats: number): number {
  const before = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < repeats; i++) call();
  const wall = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(before);
  return Math.max(Math.min(wall, (user + system) / 1e6), 1e-9) / repeats;
}

/** Runs a call until the engine has had time to compile it, at most for `budget` seconds; returns the fastest time. */
export function warmUp(call: () => void, budget: number): number {
  const start = performance.now();
  let best = Infinity;
  for (let i = 0; i < 2000 && (i < 1 || (performance.now() - start) / 1000 < budget); i++) {
    best = Math.min(best, secondsOf(call, 1));
  }
  return best;
}

/**
 * Times the calls round by round until `seconds` are spent: each round takes one sample of every call, as many calls long
 * as the clock needs. At least one round is made.
 */
export function measureInTurns(calls: readonly Timed[], seconds: number): Timing[] {
  const start = performance.now();
  const spent = () => (performance.now() - start) / 1000;
  const warm = calls.map(({ call }) => warmUp(call, (0.3 * seconds) / calls.length));
  const repeats = warm.map((time) => Math.max(1, Math.min(1e5, Math.ceil(leastSample / Math.max(time, 1e-9)))));
  const samples: number[][] = calls.map(() => []);
  do {
    for (const [i, { call }] of calls.entries()) samples[i]!.push(secondsOf(call, repeats[i]!));
  } while (spent() < seconds && samples[0]!.length < 1000);
  return calls.map(({ label }, i) => ({ label, seconds: median(samples[i]!), samples: samples[i]! }));
}

/** Median over the rounds of the ratio of two calls' times in the same round. */
export function ratio(of: Timing, to: Timing): number {
  return median(of.samples.map((time, round) => time / to.samples[round]!));
}
