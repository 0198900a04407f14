/** The left column of the views over mappings: which mappings, and the sliders that these take. */
import { html, set } from "../core/dom.ts";
import { defaultValues, entryOf, mappingNames, parameters, parametersOf, type Values } from "../core/mappings.ts";
import { slider } from "./slider.ts";

export interface Controls<T> {
  readonly element: HTMLElement;
  show(value: T): void;
}

/** Sliders for gamma and the own parameters of the mappings shown. */
export function valueSliders(change: (patch: Values) => void): {
  element: HTMLElement;
  show(names: readonly string[], values: Values): void;
} {
  const sliders = parameters.map((spec) => ({ spec, ...slider(spec, (value) => change({ [spec.name]: value })) }));
  const element = html("div", { class: "sliders" }, ...sliders.map((each) => each.element));
  return {
    element,
    show(names, values) {
      const used = parametersOf(names);
      for (const { spec, element: row, show } of sliders) {
        row.hidden = !used.includes(spec);
        show(values[spec.name] ?? defaultValues[spec.name]!);
      }
    },
  };
}

const effectOf = (name: string) => entryOf(name).effect;

/** Any number of mappings, one at least. */
export function mappingChecks(change: (names: readonly string[]) => void): Controls<readonly string[]> {
  let chosen: readonly string[] = [];
  const boxes = mappingNames.map((name) => {
    const input = html("input", {
      type: "checkbox",
      value: name,
      change: () => {
        const next = mappingNames.filter((each) => (each === name ? input.checked : chosen.includes(each)));
        if (next.length === 0) input.checked = true;
        else change(next);
      },
    });
    return {
      name,
      input,
      label: html("label", { class: "choice", title: effectOf(name) }, input, html("span", {}, name)),
    };
  });
  return {
    element: html("fieldset", { class: "choices" }, html("legend", {}, "Mappings"), ...boxes.map(({ label }) => label)),
    show(names) {
      chosen = names;
      for (const { name, input } of boxes) if (input.checked !== names.includes(name)) input.checked = !input.checked;
    },
  };
}

/** One mapping. */
export function mappingRadios(
  change: (name: string) => void,
  names: readonly string[] = mappingNames,
  group = "mapping",
): Controls<string> {
  const radios = names.map((name) => {
    const input = html("input", { type: "radio", name: group, value: name, change: () => change(name) });
    return {
      name,
      input,
      label: html("label", { class: "choice", title: effectOf(name) }, input, html("span", {}, name)),
    };
  });
  return {
    element: html("fieldset", { class: "choices" }, html("legend", {}, "Mapping"), ...radios.map(({ label }) => label)),
    show(chosen) {
      for (const { name, input } of radios) if (input.checked !== (name === chosen)) input.checked = name === chosen;
    },
  };
}

export interface Preset {
  readonly label: string;
  readonly source: string;
}

/** Buttons in a row; `pick` gets the index. */
export function presetButtons(
  presets: readonly Preset[],
  pick: (index: number) => void,
  legend = "Examples",
): HTMLElement {
  const buttons = presets.map(({ label, source }, index) =>
    html("button", { type: "button", title: source, click: () => pick(index) }, label),
  );
  return html("div", { class: "presets", role: "group", "aria-label": legend }, html("span", {}, legend), ...buttons);
}

/** Text that says what a mapping computes. */
export function formulaLine(): Controls<string> {
  const element = html("p", { class: "formula" });
  return {
    element,
    show(name) {
      const { formula, effect } = entryOf(name);
      set(element, "data-of", name);
      element.replaceChildren(
        html("b", {}, name),
        ` Ω(y) = ${formula.replaceAll("-", "−")}. ${effect[0]!.toUpperCase()}${effect.slice(1)}.`,
      );
    },
  };
}
