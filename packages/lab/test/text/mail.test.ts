/** E-mails as words: their parts, their HTML, and what only the sender wrote. */
import { describe, expect, it } from "vitest";
import { htmlToText, parseMail } from "../../src/text/mail-message.ts";
import { cleanBody, cleanSubject } from "../../src/text/mail-text.ts";
import { wordsOfMail } from "../../src/datasets/spam-assassin.ts";
import { hideAddresses, tokenize, wordsOfText } from "../../src/text/tokenize.ts";

const bytes = (...lines: string[]): Uint8Array => Buffer.from(lines.join("\n"), "latin1");

describe("html to text", () => {
  it("drops what nobody sees and joins words that tags cut in two", () => {
    const html =
      "<html><head><title>T</title><style>p{}</style></head><body>vi<b></b>ag<!-- x -->ra<p>next<script>alert(1)</script></body></html>";
    expect(tokenize(htmlToText(html))).toEqual(["viagra", "next"]);
  });
  it("resolves named, decimal, hexadecimal and windows-1252 references, and leaves unknown ones", () => {
    expect(htmlToText("caf&eacute; &#8364;5 &#x41; &#146; &amp;lt; &nope; AT&T &yuml;&nbsp;")).toBe(
      "café €5 A \u2019 &lt; &nope; AT&T ÿ\u00a0",
    );
  });
  it("survives markup that is never closed", () => {
    expect(htmlToText("a<script>b").trim()).toBe("a");
    expect(htmlToText("a <b").trim()).toBe("a");
    expect(htmlToText("a<!-- b").trim()).toBe("a");
  });
});

describe("e-mail", () => {
  it("takes the plain part of an alternative and decodes quoted-printable and its character set", () => {
    const mail = parseMail(
      bytes(
        "From x@y Mon Jan 1",
        "Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?4oKs?= jetzt",
        "Message-ID: <A1@B>",
        "In-Reply-To: <c2@d>",
        'Content-Type: multipart/alternative; boundary="=_x"',
        "",
        "preamble nobody sees",
        "--=_x",
        "Content-Type: text/plain; charset=iso-8859-1",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "Sch=F6ne=20Gr=",
        "=FC=DFe",
        "--=_x",
        "Content-Type: text/html",
        "",
        "<p>html part",
        "--=_x--",
        "epilogue",
      ),
    );
    expect(mail.subject).toBe("Grüße€ jetzt");
    expect(mail.body.trim()).toBe("Schöne Grüße");
    expect(mail.messageIds).toEqual(["<a1@b>", "<c2@d>"]);
  });
  it("decodes base64 HTML, Big5 and headers folded over lines", () => {
    const html = Buffer.from("<body>Free <i>money</i></body>").toString("base64");
    expect(parseMail(bytes("Content-Type: text/html", "Content-Transfer-Encoding: BASE64", "", html)).body.trim()).toBe(
      "Free money",
    );
    expect(
      parseMail(bytes("Subject: a", "  b", "Content-Type: text/plain;", "\tcharset=big5", "", "\xa4\xa4\xa4\xe5")).body,
    ).toBe("中文");
  });
  it("finds parts whose boundary no header declares, passes attachments over and opens forwarded mails", () => {
    const mail = bytes(
      "Subject: s",
      "",
      "--b1",
      "Content-Type: application/octet-stream",
      "",
      "binary words here",
      "--b1",
      "Content-Type: message/rfc822",
      "",
      "Subject: inner",
      "",
      "inner words here",
      "--b1--",
    );
    expect(parseMail(mail).body.trim()).toBe("inner words here");
  });
  it("guesses UTF-8, then windows-1252, when the character set is missing or unknown", () => {
    expect(parseMail(bytes("Content-Type: text/plain; charset=nonsense", "", "\xc3\xa9t\xc3\xa9")).body).toBe("été");
    expect(parseMail(bytes("", "", "\x93quoted\x94")).body).toContain("\u201cquoted\u201d");
  });
  it("never throws, whatever the bytes", () => {
    for (let seed = 1; seed <= 200; seed++) {
      let state = seed;
      const noise = Uint8Array.from({ length: 300 }, () => (state = (state * 48271) % 2147483647) & 255);
      const mail = Buffer.concat([
        Buffer.from("Content-Type: multipart/mixed; boundary=--\nSubject: =?x?q?=\n\n----\n"),
        noise,
      ]);
      expect(() => wordsOfMail(mail)).not.toThrow();
    }
  });
});

describe("what the sender wrote", () => {
  it("strips nested reply marks and list tags from the subject", () => {
    expect(cleanSubject("Re: [ILUG] Fwd: RE[2]: [SA-list] Hello  world (fwd)")).toBe("Hello world");
    expect(cleanSubject("Regarding: prices")).toBe("Regarding: prices");
    expect(cleanSubject("[ILUG] Re: RE: Hello", true)).toBe("re: Hello");
  });
  it("cuts footers, signatures, quotes with their attribution and pasted headers", () => {
    const body = [
      "URL: http://example.org/",
      "Date: Not supplied",
      "",
      "On Mon, 1 Jan 2002, Somebody",
      "with a long name wrote:",
      "> quoted line",
      "These are the words of the sender himself.",
      "",
      "-- ",
      "A. Person, a@b.example",
      "_______________________________________________",
      "Some-list mailing list",
      "Some-list@lists.example",
    ].join("\n");
    expect(cleanBody(body).trim()).toBe("These are the words of the sender himself.");
  });
  it("keeps a quote, without its marks, when there is nothing else", () => {
    expect(cleanBody("> all of this\n> > is quoted text of others").trim()).toBe(
      "all of this\nis quoted text of others",
    );
  });
  it("cuts a list's footer also after an HTML document", () => {
    const mail = bytes(
      "Content-Type: text/html",
      "",
      "<html><body>Buy this now my friend</body></html>",
      "-------------------------------------------------------",
      "This sf.net email is sponsored by: nobody",
      "_______________________________________________",
      "Spamassassin-Sightings mailing list",
    );
    expect(wordsOfMail(mail)).toEqual(["¶", "buy", "this", "now", "my", "friend"]);
  });
});

describe("words", () => {
  it("hides addresses, links, telephone and long numbers", () => {
    const text =
      "Write to jane.doe+x@mail.example.org or bob at acme dot com, see http://a.b/c?d=e or www.shop.biz/x, or shop.co.uk; " +
      "call 1-800-555-1234, (020) 7946 0958 or +44 20 7946 0958; account 1234567, ip 10.0.0.1.";
    const words = tokenize(hideAddresses(text));
    expect(words.filter((word) => word === "<email>")).toHaveLength(2);
    expect(words.filter((word) => word === "<url>")).toHaveLength(4);
    expect(words.filter((word) => word === "<number>")).toHaveLength(1);
    expect(words.join(" ")).not.toMatch(/jane|bob|acme|shop|800|555|7946|0958|44|\d{5}/);
  });
  it("leaves prices, years and times alone", () => {
    expect(tokenize(hideAddresses("$19.95 in 2002 at 10:30, 50% off 1,000 items"))).toEqual(
      "$ 19.95 in 2002 at 10:30 , 50 % off 1,000 items".split(" "),
    );
  });
  it("cuts lower-cased words and signs, in any script", () => {
    expect(tokenize("Don\u2019t STOP!!!!!! 3rd e-mail ... ÉTÉ \uff21\uff22 中文 ------")).toEqual([
      "don't", "stop", "!!!", "3rd", "e-mail", "...", "été", "ab", "中", "文",
    ]); // prettier-ignore
  });
  it("reads placeholders that a user types as themselves", () => {
    expect(tokenize("see <url> or <email>")).toEqual(["see", "<url>", "or", "<email>"]);
  });
  it("takes time linear in the words wanted, on texts made to be slow", () => {
    const start = performance.now();
    for (const unit of ["a", "a.", "a-", "1 ", "@a", "<", "a@", "1-", "at a."]) wordsOfText(unit.repeat(400_000), 128);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
