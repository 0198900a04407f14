/** A rectangle of a picture that takes drags and arrow keys, both as places from 0 to 1 across and down. */
import { set, svg } from "../core/dom.ts";

export interface DragSurface {
  readonly element: SVGRectElement;
  show(place: { left: number; top: number; width: number; height: number }, label: string): void;
}

export function dragSurface(
  name: string,
  { drag, step }: { drag(x: number, y: number): void; step(across: number, down: number): void },
): DragSurface {
  let dragging = false;
  const clamp = (value: number) => Math.min(Math.max(value, 0), 1);
  function follow(event: PointerEvent): void {
    const frame = element.getBoundingClientRect();
    drag(clamp((event.clientX - frame.left) / frame.width), clamp((event.clientY - frame.top) / frame.height));
  }
  const stop = () => {
    dragging = false;
  };
  const element = svg("rect", {
    class: "drag-surface no-export",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "movable point",
    "data-drag": name,
    pointerdown: (event: PointerEvent) => {
      event.preventDefault();
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      dragging = true;
      follow(event);
    },
    pointermove: (event: PointerEvent) => {
      if (dragging) follow(event);
    },
    pointerup: stop,
    pointercancel: stop,
    keydown: (event: KeyboardEvent) => {
      const by = event.shiftKey ? 5 : 1;
      const steps: Record<string, [number, number]> = {
        ArrowLeft: [-by, 0],
        ArrowRight: [by, 0],
        ArrowUp: [0, -by],
        ArrowDown: [0, by],
      };
      const found = steps[event.key];
      if (found === undefined) return;
      event.preventDefault();
      step(...found);
    },
  });
  return {
    element,
    show({ left, top, width, height }, label) {
      set(element, "x", left);
      set(element, "y", top);
      set(element, "width", width);
      set(element, "height", height);
      set(element, "aria-label", label);
    },
  };
}
