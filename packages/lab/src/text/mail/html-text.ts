/** The visible text of an HTML e-mail: no tags, scripts, styles or comments, entities resolved, blocks on lines of their own. */

import { windows1252Character } from "./windows-1252.ts";

/** The named characters of HTML 4 from U+00A0 to U+00FF, in the order of their code points. */
const LATIN_NAMES =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil " +
  "sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute " +
  "Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc " +
  "atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide " +
  "oslash ugrave uacute ucirc uuml yacute thorn yuml";

const NAMED = new Map<string, string>([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["ensp", " "],
  ["emsp", " "],
  ["thinsp", " "],
  ["ndash", "\u2013"],
  ["mdash", "\u2014"],
  ["lsquo", "\u2018"],
  ["rsquo", "\u2019"],
  ["ldquo", "\u201c"],
  ["rdquo", "\u201d"],
  ["bull", "\u2022"],
  ["hellip", "\u2026"],
  ["euro", "\u20ac"],
  ["trade", "\u2122"],
  ["equiv", "\u2261"],
  ...LATIN_NAMES.split(" ").map((name, index): [string, string] => [name, String.fromCodePoint(0xa0 + index)]),
]);

/** Elements whose content nobody sees; `title` because mail programs do not show it. */
const HIDDEN = /<(script|style|title|noframes|select|textarea)\b[^>]*>[\s\S]*?(?:<\/\1\s*>|$)/gi;
const COMMENT = /<!--[\s\S]*?(?:-->|$)|<![^>]*>|<\?[^>]*>/g;
const BLOCK =
  /<\/?(?:p|div|br|hr|tr|table|tbody|ul|ol|li|dl|dt|dd|h[1-6]|center|blockquote|pre|form|body|html|head|section|article)\b[^>]*>/gi;
const CELL = /<\/?(?:td|th|img|input|button|option)\b[^>]*>/gi;
/** Any other tag vanishes without a space: senders cut words in two with them. */
const INLINE = /<\/?[a-z][^<>]*>/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z][a-z0-9]{1,7}));?/gi;

function codePoint(value: number): string {
  // The C1 range of a numeric reference means windows-1252, as in every browser.
  if (value >= 0x80 && value <= 0x9f) return windows1252Character(value);
  if (value === 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return "\ufffd";
  return String.fromCodePoint(value);
}

/** Replaces character references; one that HTML does not know stays as it is. */
function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(ENTITY, (whole: string, decimal?: string, hexadecimal?: string, name?: string) => {
    if (decimal !== undefined) return codePoint(Number.parseInt(decimal, 10));
    if (hexadecimal !== undefined) return codePoint(Number.parseInt(hexadecimal, 16));
    return NAMED.get(name ?? "") ?? NAMED.get((name ?? "").toLowerCase()) ?? whole;
  });
}

/** True when a text that was declared plain is HTML: it starts a document, or has several of the tags that mails use. */
export function looksLikeHtml(text: string): boolean {
  const start = text.slice(0, 3000);
  if (/<(?:html|body)\b[^>]*>/i.test(start)) return true;
  const tags = start.match(/<(?:p|br|a\s+href|table|tr|td|font|center|div|b|img\s)\b[^>]*>/gi);
  return tags !== null && tags.length >= 3;
}

/**
 * The text a reader of the HTML sees, with one line a block.
 * Linear in the length of `html`; never throws, whatever the markup.
 */
export function htmlToText(html: string): string {
  // Lists put their plain footers after the document.
  const end = html.search(/<\/html\s*>/i);
  const plain = end < 0 ? "" : html.slice(end);
  html = end < 0 ? html : html.slice(0, end);
  const visible = html
    .replace(HIDDEN, " ")
    .replace(COMMENT, "")
    .replace(/\s+/g, " ")
    .replace(BLOCK, "\n")
    .replace(CELL, " ")
    .replace(INLINE, "")
    // A tag that the end of the text cut off.
    .replace(/<\/?[a-z][^<>]*$/i, "");
  return `${decodeEntities(visible)}${plain.replace(/<[^<>]*>/g, "")}`;
}
