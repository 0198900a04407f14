/** Words as numbers. */
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/data-error.ts";
import { buildVocabulary, PADDING, UNKNOWN, vocabularyFromJson } from "../../src/text/vocabulary.ts";

const texts = ["b a a c", "a b d", "e b"].map((text) => text.split(" "));

describe("vocabulary", () => {
  it("numbers words by frequency, then alphabetically, from 2", () => {
    const vocabulary = buildVocabulary(texts, { minCount: 1, maxSize: 4 });
    expect([2, 3, 4, 5].map(vocabulary.word)).toEqual(["a", "b", "c", "d"]);
    expect(vocabulary.size).toBe(6);
    expect(vocabulary.encode(["d", "e", "a"])).toEqual(Int32Array.of(5, UNKNOWN, 2));
    expect(vocabulary.word(PADDING)).toBe("<padding>");
    expect(vocabulary.word(UNKNOWN)).toBe("<unknown>");
  });
  it("leaves rare words out", () => {
    const vocabulary = buildVocabulary(texts);
    expect(vocabulary.size).toBe(4);
    expect(vocabulary.encode(["c"])).toEqual(Int32Array.of(UNKNOWN));
  });
  it("refuses a number that is none of its own, and options out of range", () => {
    expect(() => buildVocabulary(texts).word(4)).toThrow("id must be a whole number from 0 to 3, got 4");
    expect(() => buildVocabulary(texts).word(-1)).toThrow(RangeError);
    expect(() => buildVocabulary(texts, { maxSize: 0 })).toThrow("maxSize must be a whole number from 1, got 0");
    expect(() => buildVocabulary(texts, { minCount: 1.5 })).toThrow("minCount must be a whole number from 1, got 1.5");
  });
  it("survives JSON, words that are names of object members included", () => {
    const vocabulary = buildVocabulary([["__proto__", "constructor", "x"]], { minCount: 1 });
    const again = vocabularyFromJson(JSON.parse(JSON.stringify(vocabulary)));
    expect(again.encode(["x", "constructor", "__proto__", "toString"])).toEqual(
      vocabulary.encode(["x", "constructor", "__proto__", "toString"]),
    );
    expect(again.encode(["toString"])).toEqual(Int32Array.of(UNKNOWN));
  });
  it("names what is wrong with a file", () => {
    const good = { format: "fenchel-vocabulary", version: 1, words: ["a"] };
    for (const [json, message] of [
      [null, "runs/x/vocab.json: expected an object, got null"],
      [{}, 'runs/x/vocab.json: expected format "fenchel-vocabulary", got nothing'],
      [{ ...good, version: 2 }, "runs/x/vocab.json: expected version 1, got 2; was it written by a newer fenchel-lab?"],
      [{ ...good, words: "a" }, 'runs/x/vocab.json: expected a list of words, got "a"'],
      [{ ...good, words: ["a", 3] }, "runs/x/vocab.json: words[1] must be a word, got 3"],
      [{ ...good, words: ["a", "b", "a"] }, 'runs/x/vocab.json: words[2] repeats "a"'],
    ] as const) {
      expect(() => vocabularyFromJson(json, "runs/x/vocab.json")).toThrow(new DataError(message));
    }
  });
});
