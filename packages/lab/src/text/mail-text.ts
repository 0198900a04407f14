/**
 * What the sender of an e-mail wrote in it, without what programs and other people added.
 *
 * A classifier must not read its label off the way the mail came: list tags ("[ILUG]") and reply marks in the subject, footers of
 * mailing lists, sponsors' blocks, signatures, quoted lines, headers pasted into the body and PGP armour go. In the SpamAssassin corpus
 * they tell spam from ham almost alone, since nearly all of its ham came through lists.
 */

const REPLY_MARK = /^\s*(?:re|fw|fwd|aw|sv|wg|antw)\s*(?:\[\d+\]|\(\d+\)|\^\d+|\*\d+)?\s*:\s*/i;
const LIST_TAG = /^\s*\[[^\]]{1,30}\]\s*/;
const SPAM_MARK = /^\s*(?:\*{2,}\s*spam\s*\*{2,}|\[spam\])\s*/i;

/**
 * The subject without list tags, the marks of spam filters and, unless `keepReplyMarks`, "Re:" and "Fwd:", also when they are nested.
 * Kept reply marks stand once, at the start.
 */
export function cleanSubject(subject: string, keepReplyMarks = false): string {
  let text = subject;
  let marks = "";
  for (let before = ""; before !== text;) {
    before = text;
    const mark = REPLY_MARK.exec(text);
    if (mark !== null && keepReplyMarks) marks = /^\s*f/i.test(mark[0]) ? "fwd: " : "re: ";
    text = text.replace(REPLY_MARK, "").replace(LIST_TAG, "").replace(SPAM_MARK, "");
  }
  const bare = text
    .replace(/\s*\((?:fwd|was:?[^)]*)\)\s*$/i, "")
    .replace(/\s+/g, " ")
    .trim();
  return marks + bare;
}

/**
 * Where the sender's words end: what follows, to the end of the mail, was added by a program or stands under every mail.
 * The distinctive ones are found anywhere, since HTML mails lose their line ends.
 */
const FOOTERS: readonly RegExp[] = [
  /^-- ?$/m,
  /-{5}BEGIN PGP SIGNATURE-{5}/,
  /\bthis \S+ email is sponsored by/i,
  /-{20,}\s*(?:this [^\n]{0,40}(?:sponsor|brought to you)|in remembrance|sponsored by)/i,
  /-{4,}\s*yahoo! groups sponsor/i,
  /to unsubscribe from this group,/i,
  /[_=-]{20,}\s+(?:[\w-]+ ){0,4}mailing list\b/i,
  /^[_=-]{20,}\s*\n(?:[^\n]*\n)?[^\n]*listinfo/im,
  /^(?:[\w-]+ ){0,4}mailing list\s*\n[^\n]*(?:listinfo|@)/im,
  /^\s*https?:\/\/\S*\/listinfo\/\S*\s*$/im,
  /irish linux users' group(?: social events)?: \S+@/i,
  /^list maintainer:/im,
  /_{30,}\s+(?:do you yahoo|get your free|join the world|send and receive|chat with friends|msn photos|want to)/i,
];
const ORIGINAL_MESSAGE =
  /^\s*-{2,}\s*(?:original message|forwarded (?:message|by)[^\n]*|begin forwarded[^\n]*)\s*-*\s*$/i;
const HEADER_LINE =
  /^\s*(?:from|to|cc|bcc|sent|date|subject|message-id|reply-to|organization|organisation|url|return-path|received|delivered-to|sender|list-\w+|x-[\w-]+|mime-version|content-[\w-]+|importance|priority|newsgroups)\s*:(?:\s|$)/i;
const QUOTED_LINE = /^\s*(?:[>|]|[A-Z][A-Za-z]{0,4}>)/;
const ATTRIBUTION = /\b(?:wrote|writes|said|says|scribbled|mentioned|spake)\s*(?:on [^:]*)?:\s*$/i;
const ATTRIBUTION_START = /^\s*(?:on|at|in|quoting|thus|once upon|le|--- in)\b/i;

/** A model reads the start of a mail only. */
const LONGEST_BODY = 24_000;

/** "From: Somebody [mailto:...] On Behalf Of ...": one header is enough when it holds an address. */
const SENDER_LINE = /^\s*(?:from|to|cc|sender|reply-to|--- )[^\n]*(?:@|mailto:)/i;

const words = (text: string): number => text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;

function dropFooter(text: string): string {
  let end = text.length;
  for (const footer of FOOTERS) end = Math.min(end, footer.exec(text)?.index ?? end);
  return text.slice(0, end);
}

/** Headers that were pasted into the body: those it starts with, and any run of two or more. */
function dropHeaderBlocks(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let atStart = true;
  for (let i = 0; i < lines.length;) {
    let end = i;
    while (end < lines.length && (HEADER_LINE.test(lines[end]!) || (end > i && /^\s+\S/.test(lines[end]!)))) end++;
    if (end - i >= 2 || (end > i && (atStart || SENDER_LINE.test(lines[i]!)))) {
      i = end;
      continue;
    }
    if (lines[i]!.trim() !== "") atStart = false;
    kept.push(lines[i]!);
    i++;
  }
  return kept;
}

function dropQuotes(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (QUOTED_LINE.test(line)) continue;
    if (ATTRIBUTION.test(line) && line.length < 200) {
      // "On Thursday, a person whose name needs a line\nof its own wrote:"
      if (!ATTRIBUTION_START.test(line) && kept.length > 0 && ATTRIBUTION_START.test(kept.at(-1)!)) kept.pop();
      continue;
    }
    kept.push(line);
  }
  return kept;
}

/** The body without footers, signatures, quotes and pasted headers. A mail that only quotes keeps its quotes, without their marks. */
export function cleanBody(body: string): string {
  const plain = body.slice(0, LONGEST_BODY).replace(/-{5}BEGIN PGP SIGNED MESSAGE-{5}\n(?:Hash:[^\n]*\n)?/g, "\n");
  const lines = dropFooter(plain)
    .split("\n")
    .map((line) => line.trimEnd());
  const answer = lines.findIndex((line) => ORIGINAL_MESSAGE.test(line));
  const above =
    answer > 0 && words(lines.slice(0, answer).join(" ")) >= 5
      ? lines.slice(0, answer)
      : lines.filter((line) => !ORIGINAL_MESSAGE.test(line));
  const own = dropQuotes(dropHeaderBlocks(above)).join("\n");
  if (words(own) >= 5) return own;
  const unquoted = above.map((line) => line.replace(/^(?:\s*(?:[>|]|[A-Z][A-Za-z]{0,4}>))+ ?/, ""));
  return dropHeaderBlocks(unquoted)
    .filter((line) => !ATTRIBUTION.test(line))
    .join("\n");
}
