/** Shapes before they are drawn: bars and their groups, boxes over words, regions of the plane, the code that is shown. */
import { sparsemax } from "fenchel";
import { describe, expect, test } from "vitest";
import { arrayLiteral, optionsLiteral } from "../src/core/code.ts";
import { evaluate, sharedGroups } from "../src/core/evaluate.ts";
import { short } from "../src/core/format.ts";
import { defaultValues, mappingNames, optionsOf } from "../src/core/mappings.ts";
import { columnAt, niceDomain, weightShapes } from "../src/parts/bars.ts";
import { fieldOf, regionName } from "../src/views/geometry/field.ts";
import { outlinesOf } from "../src/views/geometry/outlines.ts";
import { fromPlane, toPlane, view } from "../src/views/geometry/plane.ts";
import { shadeOf, SHADES } from "../src/views/gradients/heat-map.ts";
import { boxesOf } from "../src/views/text/word-picture.ts";
import { segmentsOf } from "../src/views/translation/alignment-grid.ts";
import { runShownCode } from "./support/shown-code.ts";

const parts = (path: string) => path.split("M").length - 1;

describe("bars", () => {
  const columns = { left: 0, width: 500, count: 5 };

  test("an exact zero has a ring and no bar, the least positive weight a bar", () => {
    const shapes = weightShapes([0, 1e-30, 0.5, 0.5, 0], new Int32Array(5).fill(-1), columns, {
      base: 100,
      height: 80,
      top: 1,
    });
    expect([parts(shapes.zeros), parts(shapes.plain)]).toEqual([2, 3]);
  });

  test("neighbours of one group are one box, members apart are joined by a level", () => {
    const groups = Int32Array.of(0, 0, -1, 1, 0);
    const shapes = weightShapes([0.2, 0.2, 0.1, 0.3, 0.2], groups, columns, { base: 100, height: 80, top: 1 });
    expect(shapes.shared.map(parts)).toEqual([2, 1, 0, 0]);
    expect(parts(shapes.levels)).toBe(1);
  });

  test("a place outside the row falls into its last column", () => {
    expect([columnAt(columns, -5), columnAt(columns, 250), columnAt(columns, 900)]).toEqual([0, 2, 4]);
  });

  test("axes end at round numbers beyond the values", () => {
    for (const values of [[0], [1, 2.1, 1.9], [-1e6, 1e6], [0.30000001]]) {
      const [low, high] = niceDomain(values);
      expect(low).toBeLessThanOrEqual(Math.min(...values));
      expect(high).toBeGreaterThanOrEqual(Math.max(...values));
    }
  });
});

test("only groups of two or more are shared, numbered by their first member", () => {
  expect(Array.from(sharedGroups([5, 3, -1, 3, -2, 0, 0], 7))).toEqual([-1, 0, -1, 0, -1, 1, 1]);
});

test("words: zeros have no box, a fused segment has one", () => {
  const groups = [-1, 2, 2, 4, -1];
  expect(boxesOf([0, 0.3, 0.3, 0.1, 0], groups)).toEqual([
    { from: 1, to: 3, weight: 0.3 },
    { from: 3, to: 4, weight: 0.1 },
  ]);
  expect(segmentsOf(Int32Array.from([...groups, ...groups]), 2, 5)).toEqual([
    { row: 0, from: 1, to: 3 },
    { row: 1, from: 1, to: 3 },
  ]);
});

test("a heat map leaves exact zeros alone white", () => {
  expect([shadeOf(0, 1), shadeOf(1e-12, 1), shadeOf(-1, 1), shadeOf(1, 1)]).toEqual([0, 1, -SHADES, SHADES]);
});

describe("the plane of three scores", () => {
  test("a point and its scores", () => {
    const { u, v } = toPlane(fromPlane({ u: 0.3, v: -0.8 }, 2));
    expect([u, v].map((x) => Number(x.toFixed(12)))).toEqual([0.3, -0.8]);
  });

  test("sparsemax has seven regions that fill the picture, and fusedmax fuses neighbours alone", () => {
    const place = ({ u, v }: { u: number; v: number }) => `${u} ${v}`;
    const { areas } = outlinesOf(fieldOf("sparsemax", defaultValues, 0), place);
    expect(Array.from(areas.keys()).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    let total = 0;
    for (const path of areas.values()) {
      for (const shape of path.split("Z").filter((text) => text !== "")) {
        const points = shape
          .slice(1)
          .split("L")
          .map((text) => text.split(" ").map(Number) as [number, number]);
        points.forEach(([x, y], i) => {
          const [x2, y2] = points[(i + 1) % points.length]!;
          total += (x * y2 - x2 * y) / 2;
        });
      }
    }
    expect(total).toBeCloseTo((view.right - view.left) * (view.top - view.bottom), 6);
    const fused = Array.from(outlinesOf(fieldOf("fusedmax", defaultValues, 0), place).areas.keys(), regionName);
    expect(fused).toContain("1 = 2");
    expect(fused).toContain("2 = 3");
    expect(fused).not.toContain("1 = 3");
  });
});

test.each(mappingNames)("the code of %s gives its weights", (name) => {
  const scores = Float32Array.of(0.3, 1.1, 1, -0.2, 0.9, 0.8);
  const options = optionsLiteral(optionsOf(name, defaultValues, scores.length));
  const code = `import { ${name} } from "fenchel";\nconst weights = ${name}(Float32Array.from(${arrayLiteral(scores)}), ${options});`;
  expect(runShownCode(code, ["weights"])["weights"]).toEqual(evaluate(name, scores, defaultValues).weights);
});

test("options that the library refuses become its own message", () => {
  const { error, weights } = evaluate("normmax", Float32Array.of(1, 2), { ...defaultValues, alpha: 1 });
  expect(error).toMatch(/alpha/);
  expect(weights).toHaveLength(0);
  expect(evaluate("sparsemax", Float32Array.of(1, 2), defaultValues).weights).toEqual(sparsemax(Float32Array.of(1, 2)));
});

test("numbers are short and tell zero from little", () => {
  expect([0, 1e-9, -0.25, 1234567, Infinity].map((x) => short(x))).toEqual(["0", "1.0e−9", "−0.25", "1.2e+6", "∞"]);
});
