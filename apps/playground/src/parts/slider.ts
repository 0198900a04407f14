/** A labelled slider with its number beside it: either can be moved, dragged, typed or stepped with the arrow keys. */
import { html, set } from "../core/dom.ts";
import { literal } from "../core/format.ts";

export interface SliderSpec {
  readonly name: string;
  readonly label?: string;
  readonly least: number;
  readonly most: number;
  readonly scale: "linear" | "log" | "log-zero";
  readonly step?: number;
  readonly hint?: string;
}

/** Steps from one end of a slider to the other. */
const STEPS = 400;
/** Decades that a scale with a 0 shows above it. */
const DECADES = 3;

/** The value at a position from 0 to 1, rounded to what a person would type. */
export function valueAt({ least, most, scale, step }: SliderSpec, position: number): number {
  if (position <= 0) return least;
  if (position >= 1) return most;
  const from = scale === "log-zero" ? most / 10 ** DECADES : least;
  const value = scale === "linear" ? least + position * (most - least) : from * (most / from) ** position;
  if (step !== undefined) return Number((Math.round(value / step) * step).toPrecision(6));
  return Number(value.toPrecision(scale === "linear" ? 3 : 2));
}

export function positionOf({ least, most, scale }: SliderSpec, value: number): number {
  if (value <= least) return 0;
  if (value >= most) return 1;
  if (scale === "linear") return (value - least) / (most - least);
  const from = scale === "log-zero" ? most / 10 ** DECADES : least;
  return Math.max(0, Math.log(value / from) / Math.log(most / from));
}

export interface Slider {
  readonly element: HTMLElement;
  show(value: number): void;
}

export function slider(spec: SliderSpec, change: (value: number) => void): Slider {
  const { name, label = name, least, most, scale, step, hint } = spec;
  let current = NaN;
  const range = html("input", {
    type: "range",
    min: 0,
    max: STEPS,
    step: 1,
    "aria-label": label,
    "data-slider": name,
    input: () => change(valueAt(spec, range.valueAsNumber / STEPS)),
    keydown: (event: KeyboardEvent) => {
      // A step of the slider may round to the same value: arrows move on until it changes.
      const towards = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (towards === undefined) return;
      event.preventDefault();
      let at = range.valueAsNumber;
      while (at >= 0 && at <= STEPS) {
        at += towards;
        const value = valueAt(spec, at / STEPS);
        if ((value - current) * towards <= 0) continue;
        // Kept at once: the next key may come before the next frame.
        current = Math.min(Math.max(value, least), most);
        range.value = String(at);
        return change(current);
      }
    },
  });
  const box = html("input", {
    type: "number",
    min: least,
    max: most,
    step: step ?? "any",
    "aria-label": `${label}, as a number`,
    "data-number": name,
    change: () => {
      const value = box.valueAsNumber;
      if (Number.isFinite(value)) change(Math.min(Math.max(step === 1 ? Math.round(value) : value, least), most));
      else box.value = literal(current);
    },
  });
  const ends = `${literal(least)} to ${literal(most)}${scale === "linear" ? "" : ", log scale"}`;
  return {
    element: html(
      "div",
      { class: "slider", title: ends },
      html(
        "div",
        { class: "slider-head" },
        html("span", {}, html("b", {}, label), hint === undefined ? null : html("small", {}, hint)),
        box,
      ),
      range,
    ),
    show(value) {
      current = value;
      set(range, "aria-valuetext", literal(value));
      const position = Math.round(positionOf(spec, value) * STEPS);
      if (range.valueAsNumber !== position) range.value = String(position);
      range.style.setProperty("--at", `${(100 * position) / STEPS}%`);
      // What is being typed is left alone until it is done.
      if (box.valueAsNumber !== value) box.value = literal(value);
    },
  };
}
