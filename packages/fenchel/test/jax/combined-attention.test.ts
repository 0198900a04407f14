/** Combined attention on arrays, and the moments it passes from weights to a density, equal the core's. */
import { grad, init, jit, numpy as np, valueAndGrad } from "@jax-js/jax";
import * as core from "fenchel";
import { withAttention, combinedAttention, coordinateArray, discreteMoments, regressionArray } from "fenchel/jax";
import { beforeAll, describe, expect, it } from "vitest";
import {
  array,
  batch,
  draw,
  grid,
  line,
  near,
  texts,
  valueShape,
  values,
  weightsOf,
  wide,
} from "./support/continuous.ts";

beforeAll(async () => {
  await init("wasm");
});

type Combined = { readonly values: np.Array; readonly weights: np.Array };

describe("combinedAttention", () => {
  it.each([1, 4 / 3, 2, 2.5])("equals the core on texts of several lengths, alpha %s", (alpha) => {
    const { lengths, positions, features } = texts;
    const weights = weightsOf(lengths, positions);
    const cotangent = draw(15, batch * features);
    const exact = core.combinedAttention.vjp(wide(values), wide(weights), {
      shape: valueShape,
      lengths,
      basis: line,
      alpha,
    });
    const wanted = exact.pullback(wide(cotangent));
    const step = jit(
      valueAndGrad(
        (given: Combined, regression: np.Array, coordinates: np.Array) => {
          const context = combinedAttention(given.values, given.weights, {
            alpha,
            basis: line,
            regression,
            coordinates,
          });
          return [context.ref.mul(array(cotangent, [batch, features])).sum(), context] as [np.Array, np.Array];
        },
        { hasAux: true },
      ),
    );
    const [[value, context], gradient] = step(
      { values: array(values, valueShape), weights: array(weights, [batch, positions]) },
      regressionArray(line, lengths, positions),
      coordinateArray(line, lengths, positions),
    ) as unknown as [[np.Array, np.Array], Combined];
    value.dispose();
    near(context.dataSync(), exact.context, 1e-5, "context");
    near(gradient.values.dataSync(), wanted.values, 1e-5, "values");
    const found = gradient.weights.dataSync();
    lengths.forEach((length, b) => {
      // Past the end the weights are no variables of the core: any finite number will do there.
      for (let l = 0; l < positions; l++) expect(Number.isFinite(found[b * positions + l])).toBe(true);
      const row = (all: ArrayLike<number>) => Array.from(all).slice(b * positions, b * positions + length);
      near(row(found), row(wanted.weights), b === 2 ? 2e-3 : 2e-4, `row ${b} weight`);
    });
    step.dispose();
  });

  it.each([1, 2, 2.5])("equals the core on images, alpha %s", (alpha) => {
    const [rows, columns, features] = [3, 4, 2];
    const cells = rows * columns;
    const pixels = draw(16, 3 * cells * features);
    const weights = weightsOf([cells, cells, cells], cells);
    const cotangent = draw(17, 3 * features);
    const exact = core.combinedAttention.vjp(wide(pixels), wide(weights), {
      shape: [3, rows, columns, features],
      basis: grid,
      alpha,
      variance: 1e-3,
    });
    const wanted = exact.pullback(wide(cotangent));
    const program = (given: Combined) =>
      combinedAttention(given.values, given.weights, {
        alpha,
        basis: grid,
        regression: regressionArray(grid, [rows, columns], cells),
        coordinates: coordinateArray(grid, [rows, columns], cells),
        variance: 1e-3,
      });
    const given = () => ({
      values: array(pixels, [3, cells, features]),
      weights: array(weights, [3, cells]),
    });
    near(program(given()).dataSync(), exact.context, 1e-5, "context");
    const step = jit(
      grad((all: Combined) =>
        program(all)
          .mul(array(cotangent, [3, features]))
          .sum(),
      ),
    );
    const gradient = step(given()) as Combined;
    near(gradient.values.dataSync(), wanted.values, 1e-5, "values");
    near(gradient.weights.dataSync(), wanted.weights, 2e-4, "weight");
    step.dispose();
  });

  it("has the core's gradient in a traced alpha", () => {
    const { lengths, positions, features } = texts;
    const weights = weightsOf(lengths, positions);
    const cotangent = draw(15, batch * features);
    const exact = core.combinedAttention.vjp(wide(values), wide(weights), {
      shape: valueShape,
      lengths,
      basis: line,
      alpha: 1.6,
      alphaGradient: true,
    });
    const found = grad((alpha: np.Array) =>
      combinedAttention(array(values, valueShape), array(weights, [batch, positions]), {
        alpha,
        basis: line,
        regression: regressionArray(line, lengths, positions),
        coordinates: coordinateArray(line, lengths, positions),
      })
        .mul(array(cotangent, [batch, features]))
        .sum(),
    )(np.array(1.6)) as np.Array;
    near(found.dataSync(), [exact.pullback(wide(cotangent)).alpha!], 1e-3, "alpha");
  });

  it.each(["softmax", "sparsemax", "fusedmax"])(
    "follows the weights of %s in any program of withAttention",
    async (name) => {
      const { lengths, positions, features } = texts;
      const scores = draw(18, batch * positions);
      const mask = Float32Array.from({ length: batch * positions }, (_, i) =>
        i % positions < lengths[Math.floor(i / positions)]! ? 1 : 0,
      );
      const map = core.registry.find((entry) => entry.name === name)!.mapping;
      const discrete = map.vjp(wide(scores), { shape: [batch, positions], mask });
      const exact = core.combinedAttention.vjp(wide(values), discrete.weights as Float64Array, {
        shape: valueShape,
        lengths,
        basis: line,
      });
      const dWeights = exact.pullback(new Float64Array(batch * features).fill(1)).weights;
      const wanted = discrete.pullback(dWeights).scores;
      const step = withAttention(name).valueAndGrad(
        (attend, x: np.Array, v: np.Array, kept: np.Array, regression: np.Array, coordinates: np.Array) =>
          combinedAttention(v, attend(x, { mask: kept }), { basis: line, regression, coordinates }).sum(),
      );
      const [value, gradient] = await step(
        array(scores, [batch, positions]),
        array(values, valueShape),
        array(mask, [batch, positions]),
        regressionArray(line, lengths, positions),
        coordinateArray(line, lengths, positions),
      );
      const sum = exact.context.reduce((total, entry) => total + entry, 0);
      expect(value.item()).toBeCloseTo(sum, 4);
      near(gradient.dataSync(), wanted as Float64Array, 1e-3, "score");
      step.dispose();
    },
  );
});

describe("discreteMoments", () => {
  it.each([1, 1.5, 2, 2.5])("gives the core's matched density on texts, alpha %s", (alpha) => {
    const { lengths, positions } = texts;
    const weights = weightsOf(lengths, positions);
    const exact = core.combinedAttention.vjp(wide(values), wide(weights), {
      shape: valueShape,
      lengths,
      basis: line,
      alpha,
    });
    const moments = discreteMoments(array(weights, [batch, positions]), coordinateArray(line, lengths, positions), {
      alpha,
    });
    const filled = lengths.filter((length) => length > 0).length;
    near(moments.location.dataSync().slice(0, filled), exact.location.slice(0, filled), 1e-6, "location");
    const found = moments.scale2.dataSync();
    for (let b = 0; b < filled; b++) near([found[b]!], [exact.scale2[b]!], 1e-4, `row ${b} scale2`);
    expect(Number.isFinite(found[filled])).toBe(true);
  });

  it("gives 9 pi sqrt|V| V in the plane at alpha 2, also as an array", () => {
    const weights = weightsOf([12, 12, 12], 12);
    const exact = core.combinedAttention.vjp(new Float64Array(36), wide(weights), {
      shape: [3, 3, 4, 1],
      basis: grid,
      variance: 1e-3,
    });
    for (const alpha of [2, np.array([2, 2, 2])]) {
      const moments = discreteMoments(array(weights, [3, 12]), coordinateArray(grid, [3, 4], 12), {
        alpha,
        variance: 1e-3,
      });
      near(moments.location.dataSync(), exact.location, 1e-6, "location");
      const found = moments.scale2.dataSync();
      for (let b = 0; b < 3; b++) {
        near(found.slice(4 * b, 4 * b + 4), exact.scale2.slice(4 * b, 4 * b + 4), 1e-4, `row ${b} scale2`);
      }
    }
  });
});
