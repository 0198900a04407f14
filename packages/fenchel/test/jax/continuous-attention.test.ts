/** Continuous attention on arrays, and the regression it reads, equal the core's; it keeps nothing. */
import { init, jit, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import * as core from "fenchel";
import { continuousAttention, regressionArray } from "fenchel/jax";
import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  array,
  batch,
  draw,
  grid,
  line,
  near,
  scalesOf,
  texts,
  valueShape,
  values,
  wide,
} from "./support/continuous.ts";

beforeAll(async () => {
  await init("wasm");
});

type Step = { readonly values: np.Array; readonly location: np.Array; readonly scale2: np.Array };

describe("continuousAttention", () => {
  it.each([1, 4 / 3, 1.5, 2, 2.5])("equals the core on texts of several lengths, alpha %s", (alpha) => {
    const { lengths, positions, features } = texts;
    const location = draw(9, batch, 0, 1);
    const scale2 = Float32Array.of(1e-4, 0.01, 0.05, 0.2, 1);
    const cotangent = draw(10, batch * features);
    const exact = core.continuousAttention.vjp(wide(values), {
      shape: valueShape,
      lengths,
      basis: line,
      location: wide(location),
      scale2: wide(scale2),
      alpha,
    });
    const wanted = exact.pullback(wide(cotangent));
    const program = ({ values: v, ...density }: Step, regression: np.Array) => {
      const context = continuousAttention(v, { ...density, alpha, basis: line, regression });
      return [context.ref.mul(array(cotangent, [batch, features])).sum(), context] as [np.Array, np.Array];
    };
    const step = jit(valueAndGrad(program, { hasAux: true }));
    const [[value, context], gradient] = step(
      {
        values: array(values, valueShape),
        location: array(location, [batch]),
        scale2: array(scale2, [batch]),
      },
      regressionArray(line, lengths, positions),
    ) as unknown as [[np.Array, np.Array], Step];
    value.dispose();
    expect(context.ref.slice(4).js()).toEqual([0, 0, 0]);
    near(context.dataSync(), exact.context, 1e-5, "context");
    near(gradient.values.dataSync(), wanted.values, 1e-5, "values");
    const got = { location: gradient.location.dataSync(), scale2: gradient.scale2.dataSync() };
    for (let b = 0; b < batch; b++) {
      near([got.location[b]!], [wanted.location[b]!], 2e-4, `row ${b} location`);
      near([got.scale2[b]!], [wanted.scale2[b]!], 2e-4, `row ${b} scale2`);
    }
    step.dispose();
  });

  it.each([1, 2])("equals the core on images, alpha %s", (alpha) => {
    const [rows, columns, features] = [3, 4, 2];
    const images = 3;
    const cells = rows * columns;
    const pixels = draw(12, images * cells * features);
    const location = draw(13, images * 2, 0, 1);
    const scale2 = scalesOf(2, [1e-3, 0.05, 0.3]);
    const cotangent = draw(14, images * features);
    const exact = core.continuousAttention.vjp(wide(pixels), {
      shape: [images, rows, columns, features],
      basis: grid,
      location: wide(location),
      scale2: wide(scale2),
      alpha,
      ridge: 0.5,
      padding: 0.5,
    });
    const wanted = exact.pullback(wide(cotangent));
    const program = ({ values: v, ...density }: Step, regression: np.Array) => {
      const context = continuousAttention(v, { ...density, alpha, basis: grid, regression });
      return [context.ref.mul(array(cotangent, [images, features])).sum(), context] as [np.Array, np.Array];
    };
    const step = jit(valueAndGrad(program, { hasAux: true }));
    const [[value, context], gradient] = step(
      {
        values: array(pixels, [images, cells, features]),
        location: array(location, [images, 2]),
        scale2: array(scale2, [images, 2, 2]),
      },
      regressionArray(grid, [rows, columns], cells, { ridge: 0.5, padding: 0.5 }),
    ) as unknown as [[np.Array, np.Array], Step];
    value.dispose();
    near(context.dataSync(), exact.context, 1e-5, "context");
    near(gradient.values.dataSync(), wanted.values, 1e-5, "values");
    near(gradient.location.dataSync(), wanted.location, 1e-4, "location");
    near(gradient.scale2.dataSync(), wanted.scale2, 2e-4, "scale2");
    step.dispose();
  });

  it("leaves nothing behind and consumes its arguments", async () => {
    const size = 64;
    const count = 128;
    const features = 8;
    const given = {
      values: np.array(draw(1, size * count * features)).reshape([size, count, features]),
      location: np.array(draw(2, size, 0, 1)),
      scale2: np.array(draw(3, size, 0.01, 0.1)),
      alpha: np.array(1.7),
    };
    const regression = regressionArray(line, new Int32Array(size).fill(count), count);
    const step = jit(
      valueAndGrad(({ values: v, ...density }: typeof given, matrix: np.Array) =>
        np.square(continuousAttention(v, { ...density, basis: line, regression: matrix })).sum(),
      ),
    );
    const once = async () => {
      const [value, gradient] = step(tree.ref(given), regression.ref) as unknown as [np.Array, typeof given];
      value.dispose();
      await gradient.values.blockUntilReady();
      tree.dispose(gradient);
    };
    const eager = () => {
      const { values: v, ...density } = tree.ref(given);
      continuousAttention(v, { ...density, basis: line, regression: regression.ref }).dispose();
    };
    for (let i = 0; i < 20; i++) await once();
    eager();
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
    for (let i = 0; i < 100; i++) await once();
    for (let i = 0; i < 10; i++) eager();
    expect(grow).not.toHaveBeenCalled();
    grow.mockRestore();
    for (const kept of [...tree.leaves(given), regression] as np.Array[]) expect(kept.refCount).toBe(1);
    step.dispose();
  });
});

describe("regressionArray", () => {
  it("holds the core's matrices of every length, zero past the end", () => {
    const { lengths, positions } = texts;
    const found = regressionArray(line, lengths, positions, { ridge: 0.3, padding: 0.5 }).dataSync();
    lengths.forEach((length, b) => {
      const row = found.slice(b * positions * line.count, (b + 1) * positions * line.count);
      const wanted = new Float64Array(row.length);
      if (length > 0) wanted.set(core.regressionMatrix(line, length, { ridge: 0.3, padding: 0.5 }));
      near(row, wanted, 1e-6, `row ${b} entry`);
    });
  });
});
