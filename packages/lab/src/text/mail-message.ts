/**
 * E-mail as sent (RFC 5322 and MIME): its subject, its visible text and the threads it belongs to.
 *
 * Old mail declares character sets wrongly or not at all, sends HTML as plain text, and hides parts behind boundaries that no header
 * names. Parsers that trust the headers lose characters or show markup there.
 */

import { decodeHTML } from "entities/decode";

export interface MailMessage {
  readonly subject: string;
  /** The first readable parts of the body as plain text; HTML is already turned into text. */
  readonly body: string;
  /** Its own Message-ID and those it answers, all in lower case. */
  readonly messageIds: readonly string[];
}

/** A text whose characters are bytes 0 to 255: a mail before its character set is known. */
type ByteText = string;

interface Part {
  readonly headers: ReadonlyMap<string, ByteText>;
  readonly body: ByteText;
}

/** No text of ours needs more of a part than this; mails carry megabytes. */
const PART_LIMIT = 48_000;
const MAX_DEPTH = 8;

function splitHeaders(source: ByteText): Part {
  // A text that does not begin with a field has no headers.
  if (!/^[!-9;-~]+[ \t]*:/.test(source)) return { headers: new Map(), body: source };
  const blank = /\r?\n\r?\n/.exec(source);
  const head = blank === null ? source : source.slice(0, blank.index);
  const body = blank === null ? "" : source.slice(blank.index + blank[0].length);
  const headers = new Map<string, ByteText>();
  for (const line of head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const field = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/s.exec(line);
    // The first field of a name counts; later ones are forged more often than not.
    if (field !== null && !headers.has(field[1]!.toLowerCase())) headers.set(field[1]!.toLowerCase(), field[2]!.trim());
  }
  return { headers, body };
}

/** Code points of the bytes 0x80 to 0x9f; 0 where the byte stands for itself. */
const UPPER = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

/** The text of bytes in windows-1252. Some releases of Node decode it as ISO-8859-1 themselves. */
function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString("latin1")
    .replace(/[\x80-\x9f]/g, (character) => {
      const code = character.charCodeAt(0);
      return String.fromCharCode(UPPER[code - 0x80] || code);
    });
}

function parameter(value: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|[;\\s])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;"]+))`, "i").exec(value);
  return found?.[1] ?? found?.[2];
}

const toBytes = (text: ByteText): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

/** Labels that the web standard reads as windows-1252, as mails mean them. */
const WINDOWS_1252 = /^(?:windows-?1252|cp-?1252|x-cp1252|iso-?8859-?1|iso_8859-1|latin-?1|l1)$/;

/** Decodes with the declared character set; without a usable one as UTF-8 if it is that, else as windows-1252. */
function decodeCharset(text: ByteText, charset: string | undefined): string {
  const label = charset?.toLowerCase().replace(/['"]/g, "") ?? "";
  const escapes = label.startsWith("iso-2022") || label.startsWith("hz-");
  // oxlint-disable-next-line no-control-regex
  if (!escapes && /^[\0-\x7f]*$/.test(text)) return text;
  const bytes = toBytes(text);
  if (WINDOWS_1252.test(label)) return decodeWindows1252(bytes);
  if (label !== "" && !/^(us-ascii|ascii|default|unknown|x-unknown)/.test(label)) {
    try {
      return new TextDecoder(label).decode(bytes);
    } catch {
      // A name that no standard knows: guessed below, as when there is none.
    }
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return decodeWindows1252(bytes);
  }
}

function decodeQuotedPrintable(text: ByteText): ByteText {
  return text
    .replace(/=[ \t]*\r?\n/g, "")
    .replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function decodeTransfer(text: ByteText, encoding: string): ByteText {
  if (encoding === "base64") return Buffer.from(text.replace(/[^A-Za-z0-9+/=]/g, ""), "base64").toString("latin1");
  // Some senders forget to declare it; "=3D" does not occur in text otherwise.
  if (encoding === "quoted-printable" || /=3D["'#\d]/.test(text.slice(0, 4000))) return decodeQuotedPrintable(text);
  return text;
}

/** Encoded words (RFC 2047) in a header; the white space between two of them is not part of the text. */
function decodeHeader(value: ByteText, charset: string | undefined): string {
  const word = /=\?([^?\s]+)\?([bq])\?([^?]*)\?=/gi;
  if (!word.test(value)) return decodeCharset(value, charset);
  return value.replace(/(\?=)\s+(?==\?)/g, "$1").replace(word, (_, label: string, kind: string, text: ByteText) => {
    const bytes =
      kind.toLowerCase() === "b" ? decodeTransfer(text, "base64") : decodeQuotedPrintable(text.replaceAll("_", " "));
    return decodeCharset(bytes, label);
  });
}

/** Elements whose content is not shown; mail programs do not show `title`. */
const HIDDEN = /<(script|style|title|noframes|select|textarea)\b[^>]*>[\s\S]*?(?:<\/\1\s*>|$)/gi;
const COMMENT = /<!--[\s\S]*?(?:-->|$)|<![^>]*>|<\?[^>]*>/g;
const BLOCK =
  /<\/?(?:p|div|br|hr|tr|table|tbody|ul|ol|li|dl|dt|dd|h[1-6]|center|blockquote|pre|form|body|html|head|section|article)\b[^>]*>/gi;
const CELL = /<\/?(?:td|th|img|input|button|option)\b[^>]*>/gi;
/** Any other tag vanishes without a space: senders cut words in two with them. */
const INLINE = /<\/?[a-z][^<>]*>/gi;

/** True when a text that was declared plain is HTML: it starts a document, or has several of the tags that mails use. */
function looksLikeHtml(text: string): boolean {
  const start = text.slice(0, 3000);
  if (/<(?:html|body)\b[^>]*>/i.test(start)) return true;
  const tags = start.match(/<(?:p|br|a\s+href|table|tr|td|font|center|div|b|img\s)\b[^>]*>/gi);
  return tags !== null && tags.length >= 3;
}

/**
 * The visible text of HTML, one line per block: no tags, scripts, styles or comments, entities resolved.
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
  return `${decodeHTML(visible)}${plain.replace(/<[^<>]*>/g, "")}`;
}

/** The parts between the boundary lines; none when the boundary does not occur. */
function splitMultipart(body: ByteText, boundary: string): ByteText[] {
  const marker = `--${boundary}`;
  const parts: ByteText[] = [];
  let current: string[] | undefined;
  for (const line of body.split(/\r?\n/)) {
    if (line.startsWith(marker)) {
      if (current !== undefined) parts.push(current.join("\n"));
      current = line.startsWith("--", marker.length) ? undefined : [];
    } else current?.push(line);
  }
  if (current !== undefined) parts.push(current.join("\n"));
  return parts;
}

/** A body that begins with a boundary of its own although no header declares it. */
function hiddenBoundary(body: ByteText): string | undefined {
  return /^\s*--(\S[^\r\n]*?)[ \t]*\r?\nContent-[A-Za-z-]+:/i.exec(body)?.[1];
}

const hasWords = (text: string): boolean => /\p{L}{2}[^]*\p{L}{2}/u.test(text);

function textOfPart(part: Part, depth: number): string {
  const type = part.headers.get("content-type") ?? "text/plain";
  const kind = (/^[^\s;]+/.exec(type)?.[0] ?? "text/plain").toLowerCase();
  const boundary = kind.startsWith("multipart/") ? parameter(type, "boundary") : hiddenBoundary(part.body);
  if (boundary !== undefined && depth < MAX_DEPTH) {
    const parts = splitMultipart(part.body, boundary);
    if (parts.length > 0) {
      // The parts of an alternative say the same in rising fidelity: the first with words, which is the plain one, is enough.
      const texts: string[] = [];
      for (const source of parts) {
        // A part without headers begins with its blank line.
        const inner = textOfPart(
          /^\s*\r?\n/.test(source) ? { headers: new Map(), body: source } : splitHeaders(source),
          depth + 1,
        );
        if (!hasWords(inner)) continue;
        texts.push(inner);
        if (kind === "multipart/alternative" || texts.join("").length > PART_LIMIT) break;
      }
      return texts.join("\n\n");
    }
  }
  if (kind === "message/rfc822" && depth < MAX_DEPTH) return textOfPart(splitHeaders(part.body.trimStart()), depth + 1);
  if (!/^(?:text\/(?:plain|html|enriched|x-pgp)|text|plain|html|multipart\/.*)$/.test(kind)) return "";
  if (/^attachment\b/i.test(part.headers.get("content-disposition") ?? "")) return "";

  const encoding = (part.headers.get("content-transfer-encoding") ?? "").toLowerCase();
  const decoded = decodeTransfer(part.body.slice(0, PART_LIMIT), encoding);
  // Mails that declare nothing may still say it in a meta tag.
  const charset = parameter(type, "charset") ?? /<meta\b[^>]*charset=["']?([\w-]+)/i.exec(decoded)?.[1];
  const text = decodeCharset(decoded, charset).replace(/\r\n?/g, "\n");
  return kind.endsWith("html") || looksLikeHtml(text) ? htmlToText(text) : text;
}

/**
 * Reads an e-mail from its bytes: transfer encodings, character sets, MIME parts and HTML are resolved.
 * Never throws: what cannot be decoded is replaced or left out, as mail programs do.
 */
export function parseMail(bytes: Uint8Array): MailMessage {
  const source: ByteText = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString("latin1")
    // The line an mbox file puts before a message.
    .replace(/^\s*(?:>?From [^\r\n]*\r?\n)?/, "");
  const message = splitHeaders(source);
  const charset = parameter(message.headers.get("content-type") ?? "", "charset");
  const ids = ["message-id", "in-reply-to", "references"].flatMap(
    (name) => message.headers.get(name)?.match(/<[^<>\s]+@[^<>\s]+>/g) ?? [],
  );
  return {
    subject: decodeHeader(message.headers.get("subject") ?? "", charset),
    body: textOfPart(message, 0),
    messageIds: ids.map((id) => id.toLowerCase()),
  };
}
