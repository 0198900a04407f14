/** Continuous attention on arrays as documented: the examples, and the arguments that are refused. */
import { init, numpy as np } from "@jax-js/jax";
import { gaussianBasis } from "fenchel";
import {
  combinedAttention,
  continuousAttention,
  coordinateArray,
  discreteMoments,
  expectedBasis,
  positionWeights,
  regressionArray,
} from "fenchel/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { grid, line, near } from "./support/continuous.ts";

beforeAll(async () => {
  await init("wasm");
});

describe("refusals", () => {
  const density = () => ({ location: np.array([0.5]), scale2: np.array([0.1]) });

  it.each([
    ["alpha below 1", () => expectedBasis(line, { ...density(), alpha: 0.5 }), "alpha is 0.5"],
    ["alpha of another shape", () => expectedBasis(line, { ...density(), alpha: np.array([1.5, 2]) }), "alpha is"],
    [
      "a location that is no list",
      () => expectedBasis(line, { ...density(), location: np.array(0.5) }),
      "location has the shape []",
    ],
    [
      "a location on the line for the plane",
      () => expectedBasis(grid, density()),
      "location has the shape [1]: [1, 2] is needed",
    ],
    [
      "scales of another number of rows",
      () => expectedBasis(line, { ...density(), scale2: np.array([1, 2]) }),
      "scale2 has the shape [2]: [1] is needed",
    ],
    [
      "an unknown option",
      () => expectedBasis(line, { ...density(), angles: 3 } as never),
      "options.angles is unknown to expectedBasis",
    ],
    ["one node", () => expectedBasis(line, { ...density(), nodes: 1 }), "nodes is 1"],
    [
      "a regression of another basis",
      () => positionWeights(np.ones([2, 3]), np.ones([5, 4])),
      "regression has the shape [5, 4]: [5, 3] is needed",
    ],
    [
      "values of another length",
      () =>
        continuousAttention(np.ones([1, 3, 2]), {
          ...density(),
          basis: line,
          regression: regressionArray(line, [4], 4),
        }),
      "values has the shape [1, 3, 2]: [1, 4, 2] is needed",
    ],
    [
      "coordinates of another length",
      () => discreteMoments(np.ones([1, 3]), np.ones([2]), { alpha: 1 }),
      "coordinates has the shape [2]: [3] or [1, 3]",
    ],
    [
      "a variance below 0",
      () => discreteMoments(np.ones([1, 3]), np.ones([3]), { alpha: 1, variance: -1 }),
      "variance is -1",
    ],
    [
      "a length above the positions",
      () => regressionArray(line, [3, 5], 4),
      "lengths[1] is 5: an integer from 0 to 4 is needed",
    ],
    ["images without rows and columns", () => regressionArray(grid, [3], 4), "[rows, columns] is needed"],
    ["images of another size", () => coordinateArray(grid, [3, 3], 8), "positions is 8: 3 rows of 3 columns make 9"],
  ] as const)("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("the examples of the documentation", () => {
  const basis = gaussianBasis({ centres: [0.5], widths: 1 });
  const regression = () => regressionArray(basis, [2], 2, { ridge: 0 });

  it("expectedBasis", () => {
    const two = gaussianBasis({ centres: [0.3, 0.5], widths: [0.1, 0.5] });
    const found = expectedBasis(two, { location: np.array([0.4]), scale2: np.array([0.02]) });
    near(found.dataSync(), [1.924628, 0.754202], 1e-6, "function");
  });

  it("regressionArray and coordinateArray", () => {
    near(regressionArray(basis, [2, 1], 2, { ridge: 0 }).dataSync(), [1.293099, 1.293099, 2.506628, 0], 1e-6, "entry");
    expect(coordinateArray(basis, [2, 1], 2).js()).toEqual([
      [0.25, 0.75],
      [0.5, 0],
    ]);
  });

  it("positionWeights", () => {
    expect(
      positionWeights(
        np.array([[2, 1]]),
        np.array([
          [1, 0],
          [0.5, 0.5],
        ]),
      ).js(),
    ).toEqual([[2, 1.5]]);
  });

  it("continuousAttention", () => {
    const density = { location: np.array([0.5]), scale2: np.array([0.01]) };
    const found = continuousAttention(np.array([[[1], [3]]]), { ...density, basis, regression: regression() });
    near(found.dataSync(), [2.051018], 1e-6, "context");
  });

  it("combinedAttention", () => {
    const found = combinedAttention(np.array([[[1], [3]]]), np.array([[0.5, 0.5]]), {
      basis,
      regression: regression(),
      coordinates: coordinateArray(basis, [2], 2),
    });
    near(found.dataSync(), [4.0011], 1e-6, "context");
  });

  it("discreteMoments", () => {
    const found = discreteMoments(np.array([[0.5, 0.5]]), np.array([0.25, 0.75]), { alpha: 1, variance: 0 });
    expect([found.location.js(), found.scale2.js()]).toEqual([[0.5], [0.0625]]);
  });
});
