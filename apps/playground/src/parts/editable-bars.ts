/** A row of signed bars that can be dragged, or moved with the arrow keys: scores, cotangents. */
import { pool, set, setText, svg } from "../core/dom.ts";
import { fixed, literal, short } from "../core/format.ts";
import { columnAt, columnCentre, columnLeft, niceDomain, niceStep, signedBars, type Columns } from "./bars.ts";

/** Longer rows are painted over by a drag, as their bars are too thin to aim at. */
const MOST_AIMED = 40;
/** Columns narrower than this have no room for their number. */
const LABEL_WIDTH = 26;

export interface EditableBars {
  readonly element: SVGGElement;
  show(values: readonly number[], place: { left: number; width: number; top: number; height: number }): void;
}

/** `what` names the values for people who hear them ("score"). */
export function editableBars(what: string, change: (values: readonly number[]) => void): EditableBars {
  let values: readonly number[] = [];
  let columns: Columns = { left: 0, width: 1, count: 1 };
  let domain: [number, number] = [-1, 1];
  let top = 0;
  let height = 1;
  let selected = 0;
  let dragged: number | null = null;

  const yOf = (value: number) => top + height * (1 - (value - domain[0]) / (domain[1] - domain[0]));
  const grid = svg("g", { class: "grid" });
  const bars = svg("path", { class: "score-bars" });
  const focus = svg("rect", { class: "focus-column no-export" });
  const caps = svg("path", { class: "score-caps" });
  const labels = svg("g", { class: "bar-labels" });
  const surface = svg("rect", {
    class: "surface no-export",
    tabindex: 0,
    role: "slider",
    "aria-orientation": "vertical",
    "data-bars": what,
    pointerdown: (event: PointerEvent) => {
      if (values.length === 0) return;
      event.preventDefault();
      surface.focus({ preventScroll: true });
      surface.setPointerCapture(event.pointerId);
      dragged = selected = placeOf(event).column;
      move(event);
    },
    pointermove: (event: PointerEvent) => {
      if (dragged !== null) move(event);
    },
    pointerup: release,
    pointercancel: release,
    keydown: (event: KeyboardEvent) => {
      if (values.length === 0) return;
      const step = (event.shiftKey ? 1 : 0.05) * niceStep((domain[1] - domain[0]) / 4);
      const pick: Record<string, number> = {
        ArrowLeft: selected - 1,
        ArrowRight: selected + 1,
        Home: 0,
        End: values.length - 1,
      };
      const by: Record<string, number> = { ArrowUp: step, ArrowDown: -step, PageUp: 10 * step, PageDown: -10 * step };
      if (event.key in pick) {
        selected = Math.min(Math.max(pick[event.key]!, 0), values.length - 1);
        draw();
      } else if (event.key in by) assign(selected, selected, values[selected]! + by[event.key]!);
      else return;
      event.preventDefault();
    },
  });
  const element = svg("g", { class: "editable" }, grid, focus, bars, caps, labels, surface);

  function placeOf(event: PointerEvent): { column: number; value: number } {
    const frame = surface.getBoundingClientRect();
    const x = columns.left + ((event.clientX - frame.left) / frame.width) * columns.width;
    const part = 1 - (event.clientY - frame.top) / frame.height;
    return {
      column: columnAt(columns, x),
      value: domain[0] + Math.min(Math.max(part, 0), 1) * (domain[1] - domain[0]),
    };
  }

  function assign(from: number, to: number, value: number): void {
    const step = niceStep((domain[1] - domain[0]) / 400);
    const rounded = Number((Math.round(value / step) * step).toPrecision(6));
    const next = values.slice();
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) next[i] = rounded;
    values = next;
    change(next);
  }

  function move(event: PointerEvent): void {
    const { column, value } = placeOf(event);
    const before = dragged!;
    if (values.length > MOST_AIMED) dragged = selected = column;
    assign(before, dragged!, value);
  }

  function release(): void {
    if (dragged === null) return;
    dragged = null;
    change(values);
  }

  function draw(): void {
    const n = values.length;
    selected = Math.min(selected, Math.max(n - 1, 0));
    const step = niceStep((domain[1] - domain[0]) / 3.2);
    const ticks: number[] = [];
    for (let t = Math.ceil(domain[0] / step); t * step <= domain[1] + 1e-9; t++) ticks.push(t * step);
    pool(grid, ticks.length, () => svg("g", {}, svg("line"), svg("text"))).forEach((tick, i) => {
      const y = yOf(ticks[i]!);
      const [line, text] = [tick.children[0]!, tick.children[1]!];
      set(line, "class", Math.abs(ticks[i]!) < 1e-9 ? "axis" : "rule");
      for (const [name, value] of [
        ["x1", columns.left],
        ["x2", columns.left + columns.width],
        ["y1", y],
        ["y2", y],
      ] as const)
        set(line, name, value);
      set(text, "x", columns.left - 8);
      set(text, "y", y + 4);
      set(text, "text-anchor", "end");
      setText(text, short(Number(ticks[i]!.toPrecision(6))));
    });
    set(bars, "d", n === 0 ? "" : signedBars(values, columns, yOf));
    let cap = "";
    const inset = columns.width / Math.max(n, 1) > 12 ? Math.min((columns.width / n) * 0.14, 7) : 0;
    for (let i = 0; i < n; i++) {
      const y = Math.round(yOf(values[i]!) * 100) / 100;
      cap += `M${(columnLeft(columns, i) + inset).toFixed(2)} ${y}H${(columnLeft(columns, i + 1) - inset).toFixed(2)}`;
    }
    set(caps, "d", cap);
    const labelled = columns.width / columns.count >= LABEL_WIDTH ? n : 0;
    pool(labels, labelled, () => svg("text", { "text-anchor": "middle" })).forEach((text, i) => {
      const value = values[i]!;
      set(text, "x", columnCentre(columns, i).toFixed(1));
      set(text, "y", (yOf(value) + (value < 0 ? 14 : -6)).toFixed(1));
      setText(text, literal(Number(fixed(value, 3).replace("−", "-"))).replace("-", "−"));
    });
    for (const [name, value] of [
      ["x", columnLeft(columns, selected)],
      ["width", columns.width / Math.max(n, 1)],
      ["y", top - 4],
      ["height", height + 8],
    ] as const) {
      set(focus, name, value);
    }
    for (const [name, value] of [
      ["x", columns.left],
      ["width", columns.width],
      ["y", top],
      ["height", height],
    ] as const) {
      set(surface, name, value);
    }
    const value = values[selected] ?? 0;
    set(
      surface,
      "aria-label",
      n === 0 ? `no ${what}` : `${what} ${selected + 1} of ${n}; left and right arrows pick another`,
    );
    set(surface, "aria-valuemin", literal(Math.min(domain[0], value)));
    set(surface, "aria-valuemax", literal(Math.max(domain[1], value)));
    set(surface, "aria-valuenow", literal(value));
    set(surface, "aria-valuetext", short(value, 4));
  }

  return {
    element,
    show(next, place) {
      values = next;
      columns = { left: place.left, width: place.width, count: Math.max(next.length, 1) };
      ({ top, height } = place);
      // The axis holds still under a drag.
      if (dragged === null) domain = niceDomain(next);
      draw();
    },
  };
}
