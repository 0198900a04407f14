/** A text field of numbers that follows the bars, and the other way round. */
import { html } from "../core/dom.ts";
import { literal } from "../core/format.ts";

export interface NumberField {
  readonly element: HTMLElement;
  show(values: readonly number[]): void;
}

export function numberField(label: string, change: (text: string) => void): NumberField {
  let latest: readonly number[] = [];
  const written = () => latest.map(literal).join(", ");
  const area = html("textarea", {
    rows: 2,
    spellcheck: "false",
    "data-field": label,
    input: () => change(area.value),
    blur: () => {
      area.value = written();
    },
  });
  return {
    element: html("label", { class: "field" }, html("span", {}, label), area),
    show(values) {
      latest = values;
      // Typing goes on undisturbed; the field is tidied when it is left.
      if (document.activeElement === area) return;
      const text = written();
      if (area.value !== text) area.value = text;
    },
  };
}
