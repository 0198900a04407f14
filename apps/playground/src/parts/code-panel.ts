/** Below every view: the lines of TypeScript that compute it, and its picture as a file. */
import { html, setText } from "../core/dom.ts";
import { download, pictureBlob, standaloneSvg } from "../core/export.ts";

export interface CodePanel {
  readonly element: HTMLElement;
  show(code: string): void;
}

/** `picture` gives the drawing at the moment of the click. */
export function codePanel(name: string, picture: () => SVGSVGElement): CodePanel {
  const code = html("code");
  const answer = html("span", { class: "answer", role: "status" });
  const say = (text: string) => {
    answer.textContent = text;
    setTimeout(() => answer.textContent === text && (answer.textContent = ""), 2500);
  };
  const button = (label: string, does: () => Promise<string>) =>
    html("button", { type: "button", click: () => void does().then(say, () => say("The browser refused")) }, label);
  const copy = async () => {
    await navigator.clipboard.writeText(code.textContent);
    return "Copied";
  };
  const saveSvg = async () => {
    download(new Blob([standaloneSvg(picture())], { type: "image/svg+xml" }), `fenchel-${name}.svg`);
    return "Saved";
  };
  const savePng = async () => {
    download(await pictureBlob(picture()), `fenchel-${name}.png`);
    return "Saved";
  };
  const element = html(
    "section",
    { class: "code-panel", "aria-label": "The same as code" },
    html(
      "div",
      { class: "code-head" },
      html("h2", {}, "The same as code"),
      answer,
      button("Copy code", copy),
      button("SVG", saveSvg),
      button("PNG", savePng),
    ),
    html("pre", { tabindex: 0, role: "region", "aria-label": "Code" }, code),
  );
  return { element, show: (text) => setText(code, text) };
}
