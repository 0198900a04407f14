/** Columns of text in a terminal. */
import { describe, expect, it } from "vitest";
import { clipColumns, columns, padColumns, printable } from "../../src/base/terminal-text.ts";

const FAMILY = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";

describe("columns", () => {
  it.each([
    ["letters", "abc", 3],
    ["nothing", "", 0],
    ["ideographs", "\u4e2d\u6587", 4],
    ["a mark on a letter", "e\u0301", 1],
    ["a family joined to one emoji", FAMILY, 2],
    ["a skin tone", "\u{1f44d}\u{1f3fd}", 2],
    ["a flag", "\u{1f1e9}\u{1f1ea}", 2],
    ["a keycap", "1\ufe0f\u20e3", 2],
    ["a heart drawn as an emoji", "\u2764\ufe0f", 2],
    ["a zero-width space, joiner, non-joiner and byte order mark", "a\u200b\u200d\u200c\ufeffb", 2],
    ["a soft hyphen", "a\u00adb", 2],
    ["half-width and full-width forms", "\uff76\uff21", 3],
    ["a Hangul syllable of three letters", "\u1112\u1161\u11ab", 2],
    ["a colour code", "\u001b[1mbold\u001b[0m", 4],
  ])("of %s", (_, text, wanted) => {
    expect(columns(text)).toBe(wanted);
  });
});

describe("text", () => {
  it("is padded and clipped by columns, between whole characters", () => {
    expect(padColumns(FAMILY, 4)).toBe(`${FAMILY}  `);
    expect(padColumns("\u4e2d", 4, "right")).toBe("  \u4e2d");
    expect(padColumns("long", 2)).toBe("long");
    expect(clipColumns("\u4e2d\u6587", 3)).toBe("\u4e2d");
    expect(clipColumns(`a${FAMILY}b`, 2)).toBe("a");
    expect(clipColumns("e\u0301e\u0301", 1)).toBe("e\u0301");
    expect(clipColumns("abc", 3)).toBe("abc");
  });

  it("is freed of what drives a terminal, and of half a character", () => {
    expect(printable("\u001b[2J\ud83d\u202eab")).toBe("\ufffd[2J\ufffd\ufffdab");
    expect(printable("a\tb", " ")).toBe("a b");
  });
});
