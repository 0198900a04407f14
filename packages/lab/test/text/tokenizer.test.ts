import { describe, expect, it } from "vitest";
import { tokenizerFromJson, trainTokenizer } from "../../src/text/tokenizer.ts";
import { trainBpe, bpeTokenizer } from "../../src/text/bpe.ts";

const sentences = [
  "A man in an orange hat starring at something.",
  "Ein kleines Mädchen klettert in ein Spielhaus aus Holz.",
  "the low lower lowest; newest, newer (and new)",
  "Die Männer, die Männer! 3 Bälle 日本語です",
];

describe("merges", () => {
  it("are the published example's", () => {
    // Sennrich, Haddow and Birch (2016), figure 1, without its mark for the end of a word.
    const counts = new Map([
      ["low", 5],
      ["lowest", 2],
      ["newer", 6],
      ["wider", 3],
    ]);
    // er 9, lo 7 and then lo-w 7; of e-w, n-e and w-er with 6 each the first in the alphabet.
    expect(trainBpe(counts, 4)).toEqual([
      ["e", "r"],
      ["l", "o"],
      ["lo", "w"],
      ["e", "w"],
    ]);
    expect(bpeTokenizer(trainBpe(counts, 4))("slower")).toEqual(["s", "low", "er"]);
  });

  it("count overlapping pairs as they can be merged, and stop at pairs found once", () => {
    expect(trainBpe(new Map([["aaaa", 1]]), 9)).toEqual([["a", "a"]]);
    expect(trainBpe(new Map([["abc", 1]]), 9)).toEqual([]);
    expect(trainBpe(new Map(), 9)).toEqual([]);
  });

  it("agree with counting all pairs anew after every merge", () => {
    const words = sentences.join(" ").split(" ");
    const counts = new Map(words.map((word, i) => [word, 1 + ((7 * i) % 5)]));
    const slow: (readonly [string, string])[] = [];
    let cut = Array.from(counts, ([word, count]) => ({ pieces: Array.from(word), count }));
    while (slow.length < 25) {
      const totals = new Map<string, number>();
      for (const { pieces, count } of cut) {
        pieces.slice(1).forEach((piece, i) => {
          const key = `${pieces[i]!}\ud800${piece}`;
          totals.set(key, (totals.get(key) ?? 0) + count);
        });
      }
      const [best] = Array.from(totals).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
      const [left, right] = best![0].split("\ud800") as [string, string];
      slow.push([left, right]);
      cut = cut.map(({ pieces, count }) => {
        const next: string[] = [];
        for (const piece of pieces) {
          // A piece that was just made is not merged again.
          if (next.at(-1) === left && piece === right) next.splice(-1, 1, `${left}${right}`);
          else next.push(piece);
        }
        return { pieces: next, count };
      });
    }
    expect(trainBpe(counts, 25)).toEqual(slow);
  });
});

describe.each(["subwords", "words"] as const)("a codec of %s", (kind) => {
  const codec = trainTokenizer(Array.from({ length: 3 }, () => sentences).flat(), { kind, size: 200 });

  it("gives texts back as they were", () => {
    for (const sentence of sentences) expect(codec.decode(codec.encode(sentence).ids)).toBe(sentence);
  });

  it("is the same from its description", () => {
    const again = tokenizerFromJson(structuredClone(codec.json));
    expect(again.size).toBe(codec.size);
    for (const sentence of sentences) expect(again.encode(sentence)).toEqual(codec.encode(sentence));
  });

  it("keeps to its size, and knows the token of every piece", () => {
    expect(codec.size).toBeLessThanOrEqual(200);
    const { ids, owners, tokens } = codec.encode(sentences[1]!);
    expect(owners).toHaveLength(ids.length);
    expect(Math.max(...owners)).toBe(tokens.length - 1);
    expect(Math.max(...ids)).toBeLessThan(codec.size);
  });

  it("reads nothing from nothing", () => {
    expect(codec.encode("").ids).toHaveLength(0);
    expect(codec.decode([])).toBe("");
  });
});

describe("unknown pieces", () => {
  it("are copied where a copy is known", () => {
    const codec = trainTokenizer(["One two", "One two three"], { kind: "words", size: 4 });
    const { ids, tokens, owners } = codec.encode("One four two");
    expect(tokens).toEqual(["one", "four", "two"]);
    expect([Array.from(ids), Array.from(owners)]).toEqual([
      [2, 1, 3],
      [0, 1, 2],
    ]);
    expect(codec.decode(ids, new Map([[1, "vier"]]))).toBe("One vier two");
    expect(codec.decode(ids)).toBe("One\ufffdtwo");
  });

  it("are shown as their text has them, and known ones with a hyphen where their token goes on", () => {
    const words = trainTokenizer(["One two"], { kind: "words", size: 4 });
    expect(words.shownPieces("One four  two")).toEqual(["one", "four", "\u2423", "two"]);
    expect(words.shownPieces("one two")[0]).toBe("(lower)");
    expect([0, 1, 2, 9].map(words.shown)).toEqual(["\u220e", "(unknown)", "one", "(unknown)"]);
    const subwords = trainTokenizer(["abab abab", "ab ba"], { kind: "subwords", size: 50 });
    for (const text of ["Abab ba", "ab\u65e5ab", "ba, ab"]) {
      const { ids } = subwords.encode(text);
      const shown = subwords.shownPieces(text);
      expect(shown).toHaveLength(ids.length);
      expect(shown.join()).not.toMatch(/unknown|\ufffd/);
      ids.forEach((id, i) => id === 1 || expect(shown[i]).toBe(subwords.shown(id)));
    }
    expect(subwords.shownPieces("Ab\u65e5")).toContain("\u65e5");
  });

  it("spell what was never seen from known characters", () => {
    const codec = trainTokenizer(["abab abab", "ab ba"], { kind: "subwords", size: 50 });
    const { ids } = codec.encode("baab");
    expect(Array.from(ids)).not.toContain(1);
    expect(codec.decode(ids)).toBe(codec.decode(codec.encode("baab").ids));
    expect(Array.from(codec.encode("abz").ids)).toContain(1);
  });
});

it("a vocabulary may hold a single piece, but must hold one", () => {
  const codec = trainTokenizer(["a a a"], { kind: "words", size: 3 });
  expect(codec.size).toBe(3);
  expect(Array.from(codec.encode("a b a").ids).filter((id) => id === 1).length).toBeGreaterThan(0);
  expect(() => trainTokenizer(["a"], { kind: "words", size: 2 })).toThrow("size is 2: a whole number from 3 is needed");
});
