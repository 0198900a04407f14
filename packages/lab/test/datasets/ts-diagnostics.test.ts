/** The compiler's messages as pairs of sentences. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  loadCompilerMessages,
  MESSAGE_SIMILARITY,
  type SentencePair,
  type TranslationData,
} from "../../src/datasets/ts-diagnostics.ts";
import { DataError } from "../../src/base/data-error.ts";
import { joinTokens, LOWER_START, splitTokens } from "../../src/text/tokenizer.ts";

const german = loadCompilerMessages({ source: "de", target: "en" });

const allOf = ({ train, dev, test }: TranslationData): SentencePair[] => [...train, ...dev, ...test];

describe("tokens of a message", () => {
  it.each<[string, string[]]>([
    ["Cannot find name '{0}'.", ["cannot", "find", "name", " '{0}'", "."]],
    ['Die Option "{0}" muss „{1}“ sein.', ["die", "Option", ' "{0}" ', "muss", " „{1}“ ", "sein", "."]],
    ["Type « {0} » in {1}s", ["type", " « {0} » ", "in", " {1}", "s"]],
    ["JSDoc of let x: 'import type'", ["JSDoc", "of", "let", "x", ": ", "'", "import", "type", "'"]],
    ["lower case, --module", [LOWER_START, "lower", "case", ", ", "--", "module"]],
    ["'{0}' expected", ["'{0}' ", "expected"]],
    ["--{{0}", ["--", "{", "{0}"]],
    ["型 '{0}' を", ["型 ", "'{0}' ", "を"]],
    ["A", ["a"]],
    ["", []],
  ])("%s", (text, tokens) => {
    expect(splitTokens(text)).toEqual(tokens);
    expect(joinTokens(tokens)).toBe(text);
  });

  it("lose nothing, whatever the text", () => {
    const letters = fc.constantFrom(
      ..."aBßÉéñ ..'\"„“{}017 \t\n\u00a0-_<>漢字かก!?",
      "<lower>",
      "{0}",
      "{12}",
      "İ",
      "ǅ",
      "ŉ",
      "🙂",
    );
    const text = fc.oneof(
      fc.array(letters).map((parts) => parts.join("")),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(text, (given) => {
        expect(joinTokens(splitTokens(given))).toBe(given.trim());
      }),
      { numRuns: 1000 },
    );
  });

  it("keep every placeholder whole", () => {
    for (const { source, sourceTokens } of allOf(german)) {
      const inText = source.match(/\{\d+\}/g) ?? [];
      expect(sourceTokens.flatMap((token) => token.match(/\{\d+\}/g) ?? [])).toEqual(inText);
    }
  });
});

describe("the compiler's messages", () => {
  it("pair the languages by their keys", () => {
    const pair = allOf(german).find(({ id }) => id === "Type_expected_1110")!;
    expect(pair).toMatchObject({ source: "Es wurde ein Typ erwartet.", target: "Type expected." });
    expect(allOf(german).length).toBeGreaterThan(2000);
    expect(german.origin).toMatchObject({ package: "typescript", licence: "Apache-2.0" });
    expect(german.origin.version).toMatch(/^\d+\.\d+/);
    for (const { source, target, sourceTokens, targetTokens } of allOf(german)) {
      expect(joinTokens(sourceTokens)).toBe(source);
      expect(joinTokens(targetTokens)).toBe(target);
    }
  });

  it("are the same every time, and other for other languages", () => {
    const again = loadCompilerMessages({ source: "de", target: "en" });
    expect(again.checksum).toBe(german.checksum);
    expect(again.test).toEqual(german.test);
    const turned = loadCompilerMessages({ source: "en", target: "de" });
    expect(turned.checksum).not.toBe(german.checksum);
    expect(turned.preparation.messages).toBe(german.preparation.messages);
  });

  it("are split 80, 10 and 10, each once", () => {
    const { train, dev, test } = german;
    const total = train.length + dev.length + test.length;
    expect(new Set(allOf(german).map(({ id }) => id)).size).toBe(total);
    expect(train.length / total).toBeCloseTo(0.8, 2);
    expect(dev.length / total).toBeCloseTo(0.1, 2);
    expect(test.length / total).toBeCloseTo(0.1, 2);
  });

  it("have no near-duplicate on two sides of the split", () => {
    // Counted run by run over all pairs, without the filter that found them.
    const runsOf = (tokens: readonly string[]) => {
      const runs = tokens.length < 3 ? [tokens] : tokens.slice(2).map((_, i) => tokens.slice(i, i + 3));
      return new Set(runs.map((run) => JSON.stringify(run)));
    };
    const splits = [german.train, german.dev, german.test];
    const near: string[] = [];
    let highest = 0;
    for (const side of ["sourceTokens", "targetTokens"] as const) {
      const items = splits.flatMap((pairs, split) => pairs.map((pair) => ({ split, runs: runsOf(pair[side]) })));
      const holders = new Map<string, number[]>();
      items.forEach(({ runs }, b) => {
        const common = new Map<number, number>();
        for (const run of runs) {
          const known = holders.get(run) ?? [];
          for (const a of known) common.set(a, (common.get(a) ?? 0) + 1);
          holders.set(run, [...known, b]);
        }
        for (const [a, count] of common) {
          const similarity = count / (items[a]!.runs.size + runs.size - count);
          if (items[a]!.split === items[b]!.split) continue;
          highest = Math.max(highest, similarity);
          if (similarity >= MESSAGE_SIMILARITY) near.push(`${side}: ${[...runs].join(" ")}`);
        }
      });
    }
    expect(near).toEqual([]);
    // There are pairs just below the bound, so it is the bound that keeps the rest away.
    expect(highest).toBeGreaterThan(0.9 * MESSAGE_SIMILARITY);
  });

  it("name the languages there are", () => {
    expect(() => loadCompilerMessages({ source: "nl", target: "en" })).toThrow(
      /^source is "nl": it must be one of en, cs, de, .*zh-tw$/,
    );
    expect(() => loadCompilerMessages({ source: "de", target: "../de" })).toThrow(RangeError);
    expect(() => loadCompilerMessages({ source: "de", target: "de" })).toThrow(/two languages are needed/);
  });
});

describe("a damaged package", () => {
  const folder = mkdtempSync(join(tmpdir(), "messages-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const made = (name: string, files: Record<string, string>): string => {
    for (const [path, text] of Object.entries(files)) {
      const full = join(folder, name, path);
      mkdirSync(join(full, ".."), { recursive: true });
      writeFileSync(full, text);
    }
    return join(folder, name);
  };
  const whole = {
    "package.json": '{ "version": "9.9.9" }',
    "lib/typescript.js":
      'exports.Diagnostics = { a: { key: "A_1", message: "A b." }, c: { key: "C_2", message: "C" } };',
    "lib/xx/diagnosticMessages.generated.json": '{ "A_1": "Ä b.", "C_2": "C", "D_3": "E" }',
  };
  const load = (name: string, changed: Record<string, string>) =>
    loadCompilerMessages({ source: "xx", target: "en", folder: made(name, { ...whole, ...changed }) });

  it("is told from a whole one", () => {
    const data = load("whole", {});
    expect(data.preparation).toMatchObject({ messages: 2, untranslated: 1 });
    expect(allOf(data)).toEqual([
      { id: "A_1", source: "Ä b.", target: "A b.", sourceTokens: ["ä", "b", "."], targetTokens: ["a", "b", "."] },
    ]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["broken", { "lib/xx/diagnosticMessages.generated.json": "{" }, /generated\.json: cannot be read .*reinstall/],
    ["list", { "lib/xx/diagnosticMessages.generated.json": "[1]" }, /expected an object of messages/],
    ["number", { "lib/xx/diagnosticMessages.generated.json": '{ "A_1": 1 }' }, /the message A_1 is no text/],
    ["other", { "lib/typescript.js": "exports.version = 1;" }, /holds no messages/],
    ["keyless", { "lib/typescript.js": "exports.Diagnostics = { a: {} };" }, /Diagnostics\.a has no key/],
    ["syntax", { "lib/typescript.js": "exports. = 1;" }, /typescript\.js: cannot be loaded/],
    ["empty", { "lib/xx/diagnosticMessages.generated.json": "{}" }, /no message is translated from xx into en/],
  ])("%s", (name, changed, message) => {
    expect(() => load(name, changed)).toThrow(DataError);
    expect(() => load(name, changed)).toThrow(message);
  });

  it("is missed where it is not", () => {
    expect(() => loadCompilerMessages({ source: "de", target: "en", folder: join(folder, "none") })).toThrow(DataError);
  });
});
