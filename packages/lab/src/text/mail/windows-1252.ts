/** The character set of most old mail. Node's own decoder is not used: some of its releases read windows-1252 as ISO-8859-1. */

/** Code points of the bytes 0x80 to 0x9f; 0 where the byte stands for itself. */
const UPPER = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

/** The character of one byte. */
export function windows1252Character(byte: number): string {
  return String.fromCharCode(UPPER[byte - 0x80] || byte);
}

/** The text of bytes in windows-1252; every byte has a character. */
export function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString("latin1")
    .replace(/[\x80-\x9f]/g, (character) => windows1252Character(character.charCodeAt(0)));
}
