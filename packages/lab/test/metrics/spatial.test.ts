/** Attention over an image against a segmentation mask. */
import { betaGaussian, gaussian, gridPositions, truncatedParabola } from "fenchel";
import { describe, expect, it } from "vitest";
import { attentionRegion, ellipseAttention, pointingMass, regionScores } from "../../src/metrics/index.ts";
import type { ImageAttention, SegmentationMask } from "../../src/metrics/index.ts";

/** A mask from rows of "." and "#". */
function shape(...lines: string[]): SegmentationMask {
  return {
    rows: lines.length,
    columns: lines[0]!.length,
    pixels: Array.from(lines.join(""), (c) => Number(c === "#")),
  };
}

/** A disc on a 64 x 64 picture. */
function disc(x: number, y: number, radius: number): SegmentationMask {
  const at = gridPositions(64, 64);
  const pixels = Uint8Array.from({ length: 4096 }, (_, i) =>
    Number((at[2 * i]! - x) ** 2 + (at[2 * i + 1]! - y) ** 2 <= radius ** 2),
  );
  return { rows: 64, columns: 64, pixels };
}

describe("mass inside a shape", () => {
  it("is exact for cells on any grid", () => {
    const mask = shape(".###");
    expect(pointingMass({ rows: 1, columns: 2, weights: [0.25, 0.75] }, mask)).toBe(0.875);
    expect(pointingMass({ rows: 1, columns: 4, weights: [0.25, 0.25, 0.5, 0] }, mask)).toBe(0.75);
    // Three cells over four pixels: the first cell has a quarter of its width on the shape.
    expect(pointingMass({ rows: 1, columns: 3, weights: [1, 0, 0] }, mask)).toBeCloseTo(0.25, 14);
    expect(pointingMass({ rows: 1, columns: 8, weights: [0, 1, 1, 0, 0, 0, 0, 0] }, mask)).toBe(0.5);
    expect(pointingMass({ rows: 2, columns: 1, weights: [0.3, 0.7] }, shape("#.", "##"))).toBeCloseTo(0.85, 14);
  });
  it("is 1 on the whole picture for weights that do not quite sum to 1", () => {
    const weights = Float32Array.from({ length: 14 * 14 }, () => 1 / 196);
    const whole = { rows: 64, columns: 64, pixels: new Uint8Array(4096).fill(1) };
    expect(pointingMass({ rows: 14, columns: 14, weights }, whole)).toBeCloseTo(1, 12);
  });
  it("agrees with a fine sum of the density of an ellipse", () => {
    const mask = disc(0.4, 0.5, 0.2);
    const fine = gridPositions(320, 320);
    for (const alpha of [1, 4 / 3, 1.5, 2, 3]) {
      const density = betaGaussian({ alpha, location: [0.45, 0.42], scale2: [0.012, 0.004, 0.004, 0.008] });
      const values = density.density(fine);
      let sum = 0;
      values.forEach((value, i) => {
        const [row, column] = [Math.floor(i / 320), i % 320];
        sum += value * mask.pixels[Math.floor(row / 5) * 64 + Math.floor(column / 5)]!;
      });
      expect(Math.abs(pointingMass(ellipseAttention(density), mask) - sum / 320 ** 2)).toBeLessThan(0.005);
    }
  });
  it("measures a density narrower than a pixel, and one partly outside the picture", () => {
    const narrow: ImageAttention = { centre: [0.5001, 0.9], matrix: [1e-12, 0, 0, 1e-12] };
    expect(pointingMass(narrow, shape(".#"))).toBe(1);
    expect(pointingMass(narrow, shape("#."))).toBe(0);
    const half = { centre: [0, 0.5], matrix: [0.01, 0, 0, 0.01] };
    expect(pointingMass(half, shape("#"))).toBeCloseTo(0.5, 2);
  });
  it("weighs the parts of a mixture", () => {
    const mixture = [
      { centre: [0.25, 0.5], matrix: [1e-4, 0, 0, 1e-4], weight: 3 },
      { centre: [0.75, 0.5], matrix: [1e-4, 0, 0, 1e-4] },
    ];
    expect(pointingMass(mixture, shape("#."))).toBeCloseTo(0.75, 12);
  });
  it("refuses what has no mass or no shape", () => {
    const mask = shape("#.");
    expect(() => pointingMass({ rows: 1, columns: 2, weights: [0, 0] }, mask)).toThrow("weights must not all be 0");
    expect(() => pointingMass({ rows: 1, columns: 2, weights: [1] }, mask)).toThrow(
      new RangeError("weights must be 1 x 2 numbers (2), got 1"),
    );
    expect(() => pointingMass({ rows: 1, columns: 2, weights: [1, -1] }, mask)).toThrow("weights[1] must be a number");
    expect(() => pointingMass({ rows: 1, columns: 1, weights: [1] }, shape(".."))).toThrow(
      "mask must mark at least one pixel",
    );
    expect(() => pointingMass({ rows: 1, columns: 1, weights: [1] }, { ...mask, rows: 2 })).toThrow(
      "mask must be 2 x 2 numbers (4), got 2",
    );
    expect(() => pointingMass({ rows: 0, columns: 1, weights: [] }, mask)).toThrow(
      "weights.rows must be an integer from 1, got 0",
    );
    expect(() => pointingMass([], mask)).toThrow("ellipses must not be empty");
    const round = { centre: [0.5, 0.5], matrix: [1, 0, 0, 1] };
    expect(() => pointingMass([round, { ...round, matrix: [1, 2, 2, 1] }], mask)).toThrow(
      new RangeError("ellipses[1].matrix must be symmetric and positive definite, 2 x 2, got [1, 2, 2, 1]"),
    );
    expect(() => pointingMass({ ...round, centre: [0.5] }, mask)).toThrow(
      "ellipses[0].centre must be two finite numbers",
    );
    expect(() => pointingMass({ ...round, alpha: 0.5 }, mask)).toThrow(
      "ellipses[0].alpha must be a finite number from 1",
    );
    expect(() => pointingMass({ ...round, weight: 0 }, mask)).toThrow("ellipses must not all have weight 0");
    expect(() => pointingMass(round, mask, { points: 0 })).toThrow("points must be an integer from 1, got 0");
  });
});

describe("regions", () => {
  const chosen = (attention: ImageAttention, share?: number) => {
    const region = attentionRegion(attention, share);
    return region.kind === "cells" ? [...region.chosen] : region.ellipses;
  };
  it("are the fewest cells that hold the share, or the support", () => {
    const cells = { rows: 1, columns: 4, weights: [0.5, 0, 0.3, 0.2] };
    expect(chosen(cells)).toEqual([1, 0, 1, 1]);
    expect(chosen(cells, 0.8)).toEqual([1, 0, 1, 0]);
    expect(chosen(cells, 0.81)).toEqual([1, 0, 1, 1]);
    expect(chosen({ rows: 2, columns: 2, weights: [0.1, 0.1, 0.1, 0.7] }, 0.8)).toEqual([1, 0, 0, 1]);
    expect(chosen({ rows: 1, columns: 3, weights: [0.2, 0.8, 0] }, 0.75)).toEqual([0, 1, 0]);
    // The support holds the smallest positive weight too.
    expect(chosen({ rows: 1, columns: 2, weights: [1, Number.MIN_VALUE] })).toEqual([1, 1]);
  });
  it("of densities hold the share that they promise", () => {
    for (const alpha of [1, 1.5, 2, 3]) {
      const density = betaGaussian({ alpha, location: [0.5, 0.5], scale2: [0.004, 0.001, 0.001, 0.002] });
      const region = attentionRegion(ellipseAttention(density), 0.95);
      const [ellipse] = region.kind === "ellipses" ? region.ellipses : [];
      const [xx, xy, , yy] = ellipse!.matrix;
      const at = gridPositions(300, 300);
      let sum = 0;
      density.density(at).forEach((value, i) => {
        const [dx, dy] = [at[2 * i]! - 0.5, at[2 * i + 1]! - 0.5];
        if (dx * dx * yy - 2 * dx * dy * xy + dy * dy * xx <= xx * yy - xy * xy) sum += value;
      });
      expect(sum / 300 ** 2).toBeCloseTo(0.95, 2);
    }
  });
  it("of sparsemax are the support that fenchel states", () => {
    const density = truncatedParabola({ location: [0.5, 0.5], scale2: [0.01, 0, 0, 0.01] });
    expect(Array.from(ellipseAttention(density).centre)).toEqual([0.5, 0.5]);
    const region = attentionRegion(ellipseAttention(density));
    expect(region.kind === "ellipses" && region.ellipses[0]!.matrix[0]).toBe(
      density.support.kind === "ellipsoid" && density.support.matrix[0],
    );
  });
  it("refuse shares without a region, and densities that are not on a picture", () => {
    const normal = ellipseAttention(gaussian({ location: [0.5, 0.5], scale2: [0.01, 0, 0, 0.01] }));
    expect(() => attentionRegion(normal)).toThrow("share must be below 1 for a normal density, got 1");
    expect(() => attentionRegion(normal, 0)).toThrow("share must be above 0 and at most 1, got 0");
    expect(() => ellipseAttention(gaussian({ location: 0.5, scale2: 1 }))).toThrow("dimension 2, got 1");
  });
});

describe("scores of a region", () => {
  it("agree with values worked out by hand", () => {
    const region = attentionRegion({ rows: 1, columns: 2, weights: [0, 1] });
    expect(regionScores(region, shape("...#"))).toEqual({
      area: 0.5,
      maskArea: 0.25,
      areaRatio: 2,
      recall: 1,
      precision: 0.5,
      iou: 0.5,
    });
    const beside = regionScores(region, shape("##.."));
    expect(beside).toMatchObject({ areaRatio: 1, recall: 0, precision: 0, iou: 0 });
  });
  it("are the same for a disc of cells and for the ellipse over it", () => {
    const mask = disc(0.5, 0.45, 0.25);
    const cells = attentionRegion({ rows: 64, columns: 64, weights: mask.pixels });
    expect(regionScores(cells, mask)).toMatchObject({ areaRatio: 1, recall: 1, precision: 1, iou: 1 });
    const ellipse = attentionRegion({ centre: [0.5, 0.45], matrix: [0.0625, 0, 0, 0.0625] });
    const { area, ...scores } = regionScores(ellipse, mask);
    expect(area).toBeCloseTo(Math.PI / 16, 12);
    for (const figure of ["areaRatio", "recall", "precision", "iou"] as const) {
      expect(Math.abs(scores[figure] - 1)).toBeLessThan(0.03);
    }
    const wide = regionScores(attentionRegion({ centre: [0.5, 0.45], matrix: [0.125, 0, 0, 0.125] }), mask);
    expect(Math.abs(wide.areaRatio - 2)).toBeLessThan(0.03);
    expect(wide.recall).toBeCloseTo(1, 2);
    expect(Math.abs(wide.iou - 0.5)).toBeLessThan(0.01);
  });
  it("leave out what lies outside the picture, and count overlapping ellipses once", () => {
    const quarter = attentionRegion({ centre: [0, 0], matrix: [0.16, 0, 0, 0.16] });
    const whole = shape("#");
    expect(regionScores(quarter, whole).area).toBeCloseTo((Math.PI * 0.16) / 4, 3);
    const round = { centre: [0.5, 0.5], matrix: [0.04, 0, 0, 0.04] };
    const twice = regionScores(attentionRegion([round, round]), whole);
    expect(twice.area).toBeCloseTo(Math.PI * 0.04, 10);
    const away = attentionRegion({ centre: [3, 3], matrix: [0.04, 0, 0, 0.04] });
    expect(regionScores(away, whole)).toMatchObject({ area: 0, areaRatio: 0, recall: 0, precision: 0, iou: 0 });
  });
  it("measure an ellipse within one pixel", () => {
    const tiny = attentionRegion({ centre: [0.9, 0.5], matrix: [1e-8, 0, 0, 1e-8] });
    const { area, precision, recall } = regionScores(tiny, shape(".#"));
    expect(area).toBeCloseTo(Math.PI * 1e-8, 18);
    expect(precision).toBe(1);
    expect(recall).toBeCloseTo(2 * Math.PI * 1e-8, 16);
  });
});
