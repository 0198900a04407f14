/** Elements without a framework: `html` and `svg` build them, `set` changes only the attributes that differ. */

export type Child = Node | string | null;
type Attribute = string | number | boolean | null | undefined;
type Listener = (event: never) => void;
export type Attributes = Readonly<Record<string, Attribute | Listener>>;

const SVG = "http://www.w3.org/2000/svg";

function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as unknown as EventListener);
    else set(element, name, value);
  }
  for (const child of children) if (child !== null) element.append(child);
}

/** An HTML element. A function is a listener of the event that it is named by. */
export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  fill(element, attributes, children);
  return element;
}

/** Sets or (null, undefined, false) removes an attribute, when it is not so already. */
export function set(element: Element, name: string, value: Attribute): void {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Exactly `count` children of `parent`, made by `make` where they lack. */
export function pool<E extends Element>(parent: Element, count: number, make: (index: number) => E): E[] {
  while (parent.children.length > count) parent.lastElementChild!.remove();
  while (parent.children.length < count) parent.append(make(parent.children.length));
  return Array.from(parent.children) as E[];
}
