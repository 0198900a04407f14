/** regularized: closed forms rebuilt from value, gradient and Hessian product, and mappings that have none. */
import { describe, expect, test } from "vitest";
import { fusedmax, regularized, softmax, sparsemax, type Mapping, type Regularizer } from "../../src/index.ts";
import { dot, farthest } from "../support/backends.ts";
import { entropy, entropyAndSquare, huberFused, powerNorm, smoothFused, square } from "../support/regularizers.ts";
import { normals, rowKinds } from "../support/rows-of-scores.ts";

/** sqPnormMax in closed form but for one number, found by bisection: y = u / sum u, u = [v - tau]_+^{1 / (p - 1)}. */
function sqPnormByBisection(x: readonly number[], p: number, gamma: number): number[] {
  const top = Math.max(...x);
  const v = x.map((score) => (score - top) / gamma);
  const powers = (tau: number) => v.map((score) => Math.max(score - tau, 0) ** (1 / (p - 1)));
  let low = -1;
  let high = 0;
  for (let step = 0; step < 200; step++) {
    const tau = (low + high) / 2;
    const u = powers(tau);
    const sum = u.reduce((total, value) => total + value, 0);
    const power = u.reduce((total, value) => total + value ** p, 0);
    if (sum > power ** ((2 - p) / p)) low = tau;
    else high = tau;
  }
  const u = powers((low + high) / 2);
  const sum = u.reduce((total, value) => total + value, 0);
  return u.map((value) => value / sum);
}

interface Rebuilt {
  readonly name: string;
  readonly mapping: Mapping;
  closed(x: number[], gamma: number): number[];
}

const rebuilt: Rebuilt[] = [
  { name: "softmax", mapping: regularized(entropy), closed: (x, gamma) => softmax(x, { gamma }) },
  { name: "sparsemax", mapping: regularized(square), closed: (x, gamma) => sparsemax(x, { gamma }) },
  ...[1.05, 1.2, 1.5, 1.8, 2].map((p) => ({
    name: `sqPnormMax, p = ${p}`,
    mapping: regularized(powerNorm(p)),
    closed: (x: number[], gamma: number) => sqPnormByBisection(x, p, gamma),
  })),
];

describe.each(rebuilt)("$name rebuilt", ({ mapping, closed, name }) => {
  test("weights equal the closed form, certified", () => {
    let seed = 0;
    for (const [kind, make] of Object.entries(rowKinds)) {
      for (const n of [1, 2, 5, 17, 60]) {
        for (const gamma of [0.05, 0.4, 1, 8, 300]) {
          seed += 1;
          const x = make(n, seed);
          const label = `${kind} ${n} gamma ${gamma} seed ${seed}`;
          const weights = mapping(x, { gamma });
          expect(farthest(weights, closed(x, gamma)), label).toBeLessThan(1e-10);
          const scale = 1 + (Math.max(...x) - Math.min(...x)) / gamma;
          expect(mapping.gap(x, weights, { gamma })[0]! / gamma, label).toBeLessThan(2e-12 * scale);
        }
      }
    }
  });

  test("gradients in scores and gamma equal finite differences of the closed form", () => {
    const h = 1e-6;
    let checked = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const n = 2 + (seed % 9);
      const gamma = [0.7, 1, 3][seed % 3]!;
      const x = normals(n, seed + 20);
      const u = normals(n, seed + 21);
      const { pullback } = mapping.vjp(x, { gamma });
      const gradient = pullback(u);
      const compare = (got: number, up: [number[], number], down: [number[], number], label: string) => {
        const [high, low] = [closed(...up), closed(...down)];
        // Away from kinks: nothing enters or leaves, and no weight is so small that its curvature defeats h.
        const middle = closed(x, gamma);
        if (high.some((weight, i) => weight > 0 !== low[i]! > 0 || (weight > 0 && middle[i]! < 1e-4))) return;
        const wanted = (dot(high, u) - dot(low, u)) / (2 * h);
        expect(Math.abs(got - wanted) / (1 + Math.abs(wanted)), label).toBeLessThan(1e-6);
        checked += 1;
      };
      x.forEach((score, i) => {
        compare(gradient.scores[i]!, [x.with(i, score + h), gamma], [x.with(i, score - h), gamma], `${name} ${seed}`);
      });
      compare(gradient.gamma, [x, gamma + h], [x, gamma - h], `${name} gamma ${seed}`);
      const tangent = normals(n, seed + 22);
      const pushed = mapping.jvp(x, { gamma }).pushforward(tangent);
      expect(dot(pushed, u)).toBeCloseTo(dot(gradient.scores, tangent), 11);
    }
    expect(checked).toBeGreaterThan(30);
  });
});

test("gradients of the rebuilt softmax and sparsemax equal the closed ones to rounding", () => {
  for (const [own, known] of [
    [regularized(entropy), softmax],
    [regularized(square), sparsemax],
  ] as const) {
    for (let seed = 1; seed <= 20; seed++) {
      const x = normals(30, seed).map((score) => 4 * score);
      const u = normals(30, seed + 1);
      const [ours, theirs] = [own.vjp(x, { gamma: 0.8 }).pullback(u), known.vjp(x, { gamma: 0.8 }).pullback(u)];
      expect(farthest(ours.scores, theirs.scores)).toBeLessThan(1e-12);
      expect(ours.gamma).toBeCloseTo(theirs.gamma, 11);
      expect(own.max(x)[0]).toBeCloseTo(known.max(x)[0]!, 12);
      expect(own.loss(x, [3]).loss[0]).toBeCloseTo(known.loss(x, [3]).loss[0]!, 11);
    }
  }
});

/** How far y is from satisfying: grad Omega - v equals one number on the support and is no less off it. */
function violation(omega: Regularizer, x: readonly number[], gamma: number, y: number[]): number {
  const slope = new Float64Array(y.length);
  omega.gradient(Float64Array.from(y), slope);
  x.forEach((score, i) => (slope[i]! -= score / gamma));
  const onSupport = slope.filter((_, i) => y[i]! > 0);
  const level = onSupport.reduce((sum, value) => sum + value, 0) / onSupport.length;
  return Math.max(...Array.from(slope, (value, i) => (y[i]! > 0 ? Math.abs(value - level) : level - value)));
}

describe("mappings without a closed form", () => {
  const smooth = [smoothFused(0.1, 0.1), smoothFused(0.5, 1e-3), huberFused(0.2, 0.05), entropyAndSquare];

  test.each(smooth)("$name satisfies its optimality conditions", (omega) => {
    const mapping = regularized(omega);
    for (let seed = 1; seed <= 30; seed++) {
      const n = 1 + (seed % 40);
      const gamma = [0.1, 1, 10][seed % 3]!;
      const x = normals(n, seed);
      const weights = mapping(x, { gamma });
      expect(violation(omega, x, gamma, weights), `seed ${seed}`).toBeLessThan(1e-10);
    }
  });

  test.each(smooth)("$name: gradients equal finite differences of its own weights", (omega) => {
    const mapping = regularized(omega);
    const h = 1e-5;
    let checked = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const n = 3 + (seed % 6);
      const x = normals(n, seed + 3);
      const u = normals(n, seed + 4);
      const gradient = mapping.vjp(x, { gamma: 1.5 }).pullback(u);
      const compare = (got: number, at: (step: number) => number[]) => {
        const [high, up, down, low] = [2 * h, h, -h, -2 * h].map(at) as [number[], number[], number[], number[]];
        if (high.some((weight, i) => weight > 0 !== low[i]! > 0)) return;
        // Two steps: a kink of the penalty within them shows, and is left out.
        const wanted = (dot(up, u) - dot(down, u)) / (2 * h);
        const wider = (dot(high, u) - dot(low, u)) / (4 * h);
        if (Math.abs(wider - wanted) > 1e-7) return;
        expect(Math.abs(got - wanted) / (1 + Math.abs(wanted))).toBeLessThan(1e-6);
        checked += 1;
      };
      x.forEach((score, i) => compare(gradient.scores[i]!, (t) => mapping(x.with(i, score + t), { gamma: 1.5 })));
      compare(gradient.gamma, (t) => mapping(x, { gamma: 1.5 + t }));
    }
    expect(checked).toBeGreaterThan(40);
  });

  test("the smooth cousins of fusedmax approach it", () => {
    const x = normals(20, 9);
    for (const make of [smoothFused, huberFused]) {
      const widths = [1e-1, 1e-2, 1e-3, 1e-4];
      const errors = widths.map((width) => farthest(regularized(make(0.15, width))(x), fusedmax(x, { lambda: 0.15 })));
      errors.slice(1).forEach((error, k) => expect(error).toBeLessThan(errors[k]! / 2));
      // The penalties differ by at most their width a jump, and |y - z|^2 / 2 is at most what Omega differs by.
      errors.forEach((error, k) => expect(error).toBeLessThan(Math.sqrt(2 * 0.15 * 19 * widths[k]!)));
    }
  });
});

/** u + D^T D u. */
function attract(u: Float64Array, out: Float64Array): void {
  for (let i = 0; i < u.length; i++) {
    out[i] = u[i]!;
    if (i > 0) out[i]! += u[i]! - u[i - 1]!;
    if (i + 1 < u.length) out[i]! += u[i]! - u[i + 1]!;
  }
}

test("the docstring's example, its loss, and rows that lack entries", () => {
  const smoothmax = regularized({
    name: "smoothmax",
    value: (y) => y.reduce((sum, weight, i) => sum + weight ** 2 + (i > 0 ? (weight - y[i - 1]!) ** 2 : 0), 0) / 2,
    gradient: attract,
    hessianProduct: (_, u, out) => attract(u, out),
  });
  expect(smoothmax.mappingName).toBe("smoothmax");
  expect(smoothmax.name).toBe("smoothmax");
  expect(farthest(smoothmax([1, 2, 0]), [3 / 7, 4 / 7, 0])).toBeLessThan(1e-15);
  // J = H_SS^-1 - H_SS^-1 1 1^T H_SS^-1 / (1^T H_SS^-1 1) with H_SS = [[2, -1], [-1, 3]]: (1, -1; -1, 1) / 7.
  expect(farthest(smoothmax.jvp([1, 2, 0]).pushforward([1, 0, 5]), [1 / 7, -1 / 7, 0])).toBeLessThan(1e-15);
  const masked = smoothmax([1, 9, 2, 0], { mask: [1, 0, 1, 1] });
  expect(farthest(masked, [3 / 7, 0, 4 / 7, 0])).toBeLessThan(1e-15);
  const rows = smoothmax([1, 2, 0, 5, 0, 0], { shape: [2, 3], lengths: [3, 1] });
  expect(farthest(rows, [3 / 7, 4 / 7, 0, 1, 0, 0])).toBeLessThan(1e-15);
  // <y, x> - Omega(y) at (3, 4, 0) / 7, and what class 0 loses against it.
  expect(smoothmax.max([1, 2, 0])[0]).toBeCloseTo(11 / 7 - (9 + 16 + 1 + 16) / 98, 14);
  expect(smoothmax.loss([1, 2, 0], [0]).loss[0]).toBeCloseTo(11 / 7 - 42 / 98 + 1 - 1, 14);
});

test("the backward pass solves a system: it evaluates no gradient of Omega", () => {
  let gradients = 0;
  const mapping = regularized({
    ...powerNorm(1.5),
    gradient: (y, out) => {
      gradients += 1;
      powerNorm(1.5).gradient(y, out);
    },
  });
  const { pullback } = mapping.vjp(normals(50, 1), { gamma: 3 });
  const before = gradients;
  expect(before).toBeGreaterThan(0);
  pullback(normals(50, 2));
  expect(gradients).toBe(before);
});

describe("the certificate", () => {
  test("is tight where weights are 0 though the slope there is infinite", () => {
    const mapping = regularized(entropy);
    // Half of the mass on one entry and none on the second, which deserves next to none.
    const x = [0, -200, -1];
    const y = [0.5, 0, 0.5];
    const lost = mapping.loss(x, y).loss[0]!;
    expect(mapping.gap(x, y)[0]).toBeGreaterThanOrEqual(lost - 1e-12);
    expect(mapping.gap(x, y)[0]).toBeLessThan(lost + 1e-9);
    expect(mapping.gap(x, y)[0]).toBeCloseTo(softmax.gap(x, y)[0]!, 9);
  });

  test("bounds the loss of any weights, and is Infinity off the simplex", () => {
    const mapping = regularized(smoothFused(0.2, 0.01));
    const x = normals(12, 5);
    for (let seed = 1; seed <= 20; seed++) {
      const raw = normals(12, seed).map(Math.abs);
      const total = raw.reduce((sum, value) => sum + value, 0);
      const y = raw.map((value) => value / total);
      const lost = mapping.loss(x, y).loss[0]!;
      expect(mapping.gap(x, y)[0]).toBeGreaterThanOrEqual(lost - 1e-12);
      expect(mapping.gap(x, y)[0]).toBeLessThan(lost + 1e-9);
    }
    expect(
      mapping.gap(
        x,
        x.map(() => 1),
      )[0],
    ).toBe(Infinity);
  });

  test("does not need the Hessian: with a wrong one the weights are still proven", () => {
    const wrong = regularized({ ...smoothFused(0.1, 0.1), hessianProduct: (_, u, out) => out.set(u.map((d) => -d)) });
    const x = normals(20, 3);
    const weights = wrong(x);
    expect(violation(smoothFused(0.1, 0.1), x, 1, weights)).toBeLessThan(1e-5);
    expect(farthest(weights, regularized(smoothFused(0.1, 0.1))(x))).toBeLessThan(1e-6);
  });

  test("that cannot be reached is an error, with the gap", () => {
    const mapping = regularized(smoothFused(0.5, 1e-4), { maxIterations: 3 });
    expect(() => mapping(normals(30, 1))).toThrow(RangeError);
    expect(() => mapping(normals(30, 1))).toThrow(
      /^smooth fusedmax .* is not solved after \d+ gradients: its certified/,
    );
    const loose = regularized(smoothFused(0.1, 0.1), { tolerance: 1e-3 });
    expect(loose.gap(normals(30, 1), loose(normals(30, 1)))[0]).toBeLessThan(5e-3);
  });
});

describe("methods", () => {
  test("both reach the same weights where both apply", () => {
    for (const omega of [square, powerNorm(1.3), smoothFused(0.1, 0.1)]) {
      const x = normals(15, 4).map((score) => score / 10);
      const projected = regularized(omega, { method: "projection" })(x);
      const mirrored = regularized(omega, { method: "mirror" })(x);
      expect(farthest(projected, mirrored)).toBeLessThan(1e-9);
    }
  });

  test("rows of 3,000 entries", () => {
    const x = normals(3000, 8);
    for (const [omega, gamma] of [
      [entropyAndSquare, 1],
      [powerNorm(1.5), 4],
      [smoothFused(0.01, 0.01), 20],
    ] as const) {
      const mapping = regularized(omega);
      expect(violation(omega, x, gamma, mapping(x, { gamma })), omega.name).toBeLessThan(1e-9);
    }
  });
});

describe("results that are returned", () => {
  /** |y|^2 / 2 + (sum i y_i)^2 / 2: a Hessian that is not diagonal. */
  const along = (y: Float64Array) => y.reduce((sum, weight, i) => sum + i * weight, 0);
  const multiply = (u: Float64Array) => u.map((value, i) => value + i * along(u));
  const written: Regularizer = {
    name: "written",
    value: (y) => y.reduce((sum, weight) => sum + weight ** 2, along(y) ** 2) / 2,
    gradient: (y, out) => out.set(multiply(y)),
    hessianProduct: (_, u, out) => out.set(multiply(u)),
    hessianDiagonal: (y, out) => out.set(y.map((_, i) => 1 + i * i)),
  };

  test("the gradient of |y|^2 / 2, returned, is sparsemax", () => {
    const returned = regularized({ ...square, gradient: (y) => y.slice(), hessianProduct: (_, u) => u.slice() });
    const weights = returned([1, 1.2, 1.4]);
    expect(farthest(weights, [2 / 15, 1 / 3, 8 / 15])).toBeLessThan(1e-12);
    expect(returned.gap([1, 1.2, 1.4], [0, 0, 1])[0]).toBeCloseTo(sparsemax.loss([1, 1.2, 1.4], [2]).loss[0]!, 12);
    expect(returned.gap([1, 1.2, 1.4], [0, 0, 1])[0]).toBeGreaterThan(0.1);
    const { pullback } = returned.vjp([1, 1.2, 1.4]);
    expect(farthest(pullback([1, 0, 0]).scores, [2 / 3, -1 / 3, -1 / 3])).toBeLessThan(1e-12);
  });

  const forms: Record<string, (values: Float64Array) => ArrayLike<number>> = {
    "a Float64Array": (values) => values,
    "a list": (values) => Array.from(values),
  };
  test.each(Object.entries(forms))("%s for each of gradient, hessianProduct and hessianDiagonal", (_, form) => {
    const mapping = regularized({
      ...written,
      gradient: (y) => form(multiply(y)),
      hessianProduct: (__, u) => form(multiply(u)),
      hessianDiagonal: (y) => form(y.map((___, i) => 1 + i * i)),
    });
    for (let seed = 1; seed <= 20; seed++) {
      const x = normals(6, seed);
      const u = normals(6, seed + 30);
      const one = mapping.vjp(x, { gamma: 0.7 });
      const other = regularized(written).vjp(x, { gamma: 0.7 });
      expect(one.weights).toEqual(other.weights);
      expect(one.pullback(u)).toEqual(other.pullback(u));
      expect(mapping.gap(x, other.weights, { gamma: 0.7 })).toEqual(
        regularized(written).gap(x, one.weights, { gamma: 0.7 }),
      );
    }
  });

  test("what is written counts before what is returned", () => {
    const both = regularized({ ...square, gradient: (y, out) => (out.set(y), y.map(() => 7)) });
    expect(both([1, 1.2, 1.4])).toEqual(regularized(square)([1, 1.2, 1.4]));
    // An assignment's value, which is no array.
    const number = regularized({ ...square, gradient: (y, out) => void y.forEach((weight, i) => (out[i] = weight)) });
    expect(number([1, 1.2, 1.4])).toEqual(both([1, 1.2, 1.4]));
  });

  test("neither is refused, and so is an array of another length, or one that is written in part", () => {
    const nothing = () => {};
    const at = (more: Partial<Regularizer>) => regularized({ ...square, ...more });
    const x = [1, 1.2, 1.4];
    expect(() => at({ gradient: nothing })(x)).toThrow(TypeError);
    expect(() => at({ gradient: nothing })(x)).toThrow(
      "gradient of rebuilt sparsemax left no number in out and returned no array: write all of out, or return an array",
    );
    expect(() => at({ hessianProduct: nothing }).vjp(x).pullback(x)).toThrow(
      /^hessianProduct of .* left no number in out/,
    );
    expect(() => at({ hessianDiagonal: nothing }).vjp(x).pullback(x)).toThrow(/^hessianDiagonal of .* left no number/);
    expect(() => at({ gradient: () => [1, 2] })(x)).toThrow(
      "gradient of rebuilt sparsemax returned 2 numbers for 3 weights",
    );
    expect(() => at({ gradient: (_, out) => void (out[0] = 1) })(x)).toThrow(/^gradient of .* is NaN at entry 1/);
    expect(() =>
      at({ hessianProduct: (_, __, out) => void (out[0] = 1) })
        .vjp(x)
        .pullback(x),
    ).toThrow(/^hessianProduct of .* is NaN at entry 1, where the weight is/);
    const valueless = at({ value: nothing as unknown as Regularizer["value"] });
    expect(() => valueless.max(x)).toThrow("value of rebuilt sparsemax is undefined: a number is needed");
    expect(() => at({ value: () => NaN }).loss(x, [0])).toThrow("value of rebuilt sparsemax is NaN");
  });
});

describe("checkDerivatives", () => {
  const right = [
    entropy,
    square,
    powerNorm(1.3),
    powerNorm(2),
    smoothFused(0.3, 0.01),
    huberFused(0.2, 0.05),
    entropyAndSquare,
  ];

  test.each(right)("passes $name", (omega) => {
    for (const n of [2, 3, 10, 200]) {
      const x = normals(n, n);
      expect(regularized(omega, { checkDerivatives: true })(x)).toEqual(regularized(omega)(x));
    }
  });

  test("a gradient but for a constant is as good: the weights sum to 1", () => {
    const shifted = { ...entropy, gradient: (y: Float64Array) => y.map((weight) => Math.log(weight)) };
    expect(farthest(regularized(shifted, { checkDerivatives: true })([1, 2, 3]), softmax([1, 2, 3]))).toBeLessThan(
      1e-12,
    );
  });

  const wrong: [string, Partial<Regularizer>, RegExp][] = [
    [
      "a gradient of the wrong size",
      { gradient: (y) => y.map((weight) => 2 * weight) },
      /^gradient of .* is not that of/,
    ],
    ["the value in the gradient's place", { gradient: (y) => y.map((weight) => weight ** 2 / 2) }, /^gradient of/],
    ["a sign", { gradient: (y) => y.map((weight) => -weight) }, /^gradient of/],
    ["one entry off by a hundredth", { gradient: (y) => y.map((w, i) => (i === 1 ? 1.01 : 1) * w) }, /^gradient of/],
    ["a Hessian of another size", { hessianProduct: (_, u) => u.map((value) => 1.01 * value) }, /^hessianProduct of/],
    [
      "the gradient for the Hessian",
      { hessianProduct: (y) => y.slice() },
      /^hessianProduct of .* derivative of its gradient/,
    ],
  ];
  test.each(wrong)("refuses %s, once it is asked for", (_, more, message) => {
    const omega = { ...square, ...more };
    const mapping = regularized(omega, { checkDerivatives: true });
    for (const n of [2, 5, 100]) expect(() => mapping(normals(n, n)), String(n)).toThrow(message);
    expect(() => mapping([1, 2])).toThrow(RangeError);
    // A row of one entry has nothing to solve.
    expect(mapping([5])).toEqual([1]);
  });

  test("compares once", () => {
    let values = 0;
    const counted = { ...square, value: (y: Float64Array) => ((values += 1), square.value(y)) };
    const mapping = regularized(counted, { checkDerivatives: true });
    mapping([1, 2]);
    const once = values;
    expect(once).toBeGreaterThan(0);
    mapping([1, 2, 3]);
    expect(values).toBe(once);
    expect(() => regularized(square, { checkDerivatives: 1 as unknown as boolean })).toThrow(/^checkDerivatives is 1/);
  });
});

test("mistakes are named", () => {
  const untyped = regularized as (omega?: unknown, options?: unknown) => Mapping;
  expect(() => untyped()).toThrow(/^omega is undefined/);
  expect(() => untyped({ ...square, name: "" })).toThrow(/^omega.name is ""/);
  expect(() => untyped({ ...square, gradient: 1 })).toThrow(/^omega.gradient is 1: a function is needed/);
  expect(() => untyped({ ...square, hessianProduct: undefined })).toThrow(/^omega.hessianProduct is undefined/);
  expect(() => untyped({ ...square, strongConvexity: -1 })).toThrow(/^strongConvexity is -1/);
  expect(() => untyped(square, { method: "simplex" })).toThrow(/^method is "simplex"/);
  expect(() => untyped(square, { tolerance: 0 })).toThrow(/^tolerance is 0/);
  expect(() => untyped(square, { maxIterations: NaN })).toThrow(/^maxIterations is NaN/);
  expect(() => untyped(square, { steps: 3 })).toThrow(/^options.steps is unknown/);
  const broken = regularized({ ...square, gradient: (_, out) => out.fill(1).fill(NaN, 1, 2) });
  expect(() => broken([1, 1, 1])).toThrow(/^gradient of rebuilt sparsemax is NaN at entry 1, where the weight is/);
  expect(() => regularized(square)([1, NaN])).toThrow(/^scores\[1\] is NaN/);
  expect(() => regularized(square)([1, 2], { gamma: 0 })).toThrow(/^gamma is 0/);
});
