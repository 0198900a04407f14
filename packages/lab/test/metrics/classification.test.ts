/** Accuracy, and metrics of imbalanced classes, against scikit-learn. */
import { describe, expect, it } from "vitest";
import {
  accuracy,
  classificationScores,
  confusionMatrix,
  corpusScore,
  f1,
  macroF1Statistics,
} from "../../src/metrics/index.ts";

describe("two classes", () => {
  const labels = [1, 1, 1, 0, 0, 0, 0, 0];
  const predictions = [1, 1, 0, 1, 0, 0, 0, 0];
  it("have accuracy", () => {
    expect(accuracy(labels, predictions)).toBe(6 / 8);
    expect(accuracy(Int32Array.of(1), [1])).toBe(1);
  });
  it("have F1: precision 2/3 and recall 2/3 of class 1, 4/5 of class 0", () => {
    expect(f1(labels, predictions)).toBeCloseTo(2 / 3, 15);
    expect(f1(labels, predictions, 0)).toBeCloseTo(4 / 5, 15);
    expect(f1([0, 0], [0, 0])).toBe(0);
    expect(f1([1, 0], [0, 1])).toBe(0);
  });
  it("refuse sizes that do not match", () => {
    expect(() => accuracy([], [])).toThrow("labels must not be empty");
    expect(() => f1([1, 0], [1])).toThrow("predictions must be as many as labels (2), got 1");
  });
});

describe("imbalanced classes", () => {
  const labels = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2];
  const predictions = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 1, 1, 0, 0, 1, 2, 0, 1];
  it("equal scikit-learn 1.9.1", () => {
    const scores = classificationScores(labels, predictions, 3);
    expect(scores.confusion).toEqual([
      [9, 2, 1],
      [2, 3, 0],
      [1, 1, 1],
    ]);
    expect(scores.accuracy).toBe(13 / 20);
    expect(scores.balancedAccuracy).toBeCloseTo(0.5611111111111111, 14);
    expect(scores.macroF1).toBeCloseTo(0.5651515151515151, 14);
    const column = (key: "precision" | "recall" | "f1" | "support") => scores.perClass.map((one) => one[key]);
    expect(column("precision")).toEqual([0.75, 0.5, 0.5]);
    expect(column("recall")).toEqual([0.75, 0.6, 1 / 3]);
    column("f1").forEach((value, c) => expect(value).toBeCloseTo([0.75, 6 / 11, 0.4][c]!, 14));
    expect(column("support")).toEqual([12, 5, 3]);
  });
  it("leave a class out of the means that is nowhere, and count one that is predicted only", () => {
    const scores = classificationScores([0, 0, 2, 2, 2], [0, 2, 2, 2, 0], 4);
    expect(scores.macroF1).toBeCloseTo(0.5833333333333333, 14);
    expect(scores.balancedAccuracy).toBeCloseTo(0.5833333333333333, 14);
    expect(scores.perClass[1]).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
    expect(classificationScores([0, 0], [0, 1], 2)).toMatchObject({ macroF1: 1 / 3, balancedAccuracy: 0.5 });
  });
  it("have macro F1 from their statistics, also of a class that a resample misses", () => {
    expect(corpusScore(macroF1Statistics(labels, predictions, 3))).toBeCloseTo(0.5651515151515151, 14);
    expect(corpusScore(macroF1Statistics([0, 0, 2, 2, 2], [0, 2, 2, 2, 0], 4))).toBeCloseTo(0.5833333333333333, 14);
  });
  it("refuse what is no class", () => {
    expect(() => confusionMatrix([0, 3], [0, 1], 3)).toThrow(
      new RangeError("labels[1] must be a class from 0 to 2, got 3"),
    );
    expect(() => classificationScores([0, 1], [0, 0.5], 2)).toThrow(
      new RangeError("predictions[1] must be a class from 0 to 1, got 0.5"),
    );
    expect(() => macroF1Statistics([0], [0], 0)).toThrow(new RangeError("classes must be an integer from 1, got 0"));
    expect(() => confusionMatrix([], [], 2)).toThrow("labels must not be empty");
  });
});
