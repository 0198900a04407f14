/** What a view is, and how one is opened: its state, drawn at most once a frame, and written to the address when it rests. */
import { html } from "./dom.ts";
import type { Complain } from "./address.ts";

export interface ViewHost<S> {
  /** Where the view puts its elements. */
  readonly root: HTMLElement;
  readonly state: S;
  /** Changes the state; the view is drawn again in the next frame. */
  change(patch: Partial<S>): void;
  /** Draws again in the next frame with the same state (the size changed, data arrived). */
  redraw(): void;
}

export interface View<S> {
  readonly id: string;
  readonly title: string;
  /** One or two sentences under the title. */
  readonly summary: string;
  /** The state that the address describes; whatever it holds, the result is usable. */
  read(query: URLSearchParams, complain: Complain): S;
  /** What differs from the state of an empty address. */
  write(state: S): URLSearchParams;
  /** Builds the elements; returns what draws a state. */
  mount(host: ViewHost<S>): (state: S) => void;
}

/** A view whose state nobody outside needs to know. */
export interface PageView {
  readonly id: string;
  readonly title: string;
  open(root: HTMLElement, query: URLSearchParams, written: (query: URLSearchParams) => void): OpenView;
}

export interface OpenView {
  /** Takes over an address that was edited or followed. */
  read(query: URLSearchParams): void;
  close(): void;
}

/** Rests this long before the address is written: browsers refuse more than a few changes a second. */
const ADDRESS_DELAY = 300;

export function defineView<S>(view: View<S>): PageView {
  return {
    id: view.id,
    title: view.title,
    open(root, query, written) {
      const problems: string[] = [];
      const complain = (problem: string) => void problems.push(problem);
      let state = view.read(query, complain);
      let frame = 0;
      let timer = 0;
      const notice = html("p", { class: "notice", role: "status" });
      const body = html("div", { class: "view-body" });
      const title = html("h1", { tabindex: -1 }, view.title);
      root.replaceChildren(html("header", { class: "intro" }, title, html("p", {}, view.summary)), notice, body);
      const showProblems = () => {
        notice.textContent =
          problems.length === 0 ? "" : `This link was not quite readable: ${problems.splice(0).join("; ")}.`;
      };
      const host: ViewHost<S> = {
        root: body,
        get state() {
          return state;
        },
        change(patch) {
          state = { ...state, ...patch };
          host.redraw();
          clearTimeout(timer);
          timer = window.setTimeout(() => written(view.write(state)), ADDRESS_DELAY);
        },
        redraw() {
          frame ||= requestAnimationFrame(draw);
        },
      };
      const update = view.mount(host);
      function draw(): void {
        frame = 0;
        update(state);
      }
      showProblems();
      draw();
      // Columns are as wide as the page lets them be.
      let width = body.clientWidth;
      const observer = new ResizeObserver(() => {
        if (body.clientWidth === width) return;
        width = body.clientWidth;
        host.redraw();
      });
      observer.observe(body);
      return {
        read(next) {
          clearTimeout(timer);
          state = view.read(next, complain);
          showProblems();
          host.redraw();
        },
        close() {
          clearTimeout(timer);
          cancelAnimationFrame(frame);
          observer.disconnect();
        },
      };
    },
  };
}
