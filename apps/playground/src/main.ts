/** The page: its navigation, and the view that the address names. */
import { formatAddress, parseAddress } from "./core/address.ts";
import { html, set } from "./core/dom.ts";
import type { OpenView } from "./core/view.ts";
import { views } from "./views/index.ts";

const themes = ["auto", "light", "dark"] as const;

function themeButton(): HTMLElement {
  const stored = localStorage.getItem("fenchel-theme");
  let at = Math.max(
    themes.findIndex((theme) => theme === stored),
    0,
  );
  const button = html("button", { type: "button", class: "quiet", click: () => show((at + 1) % themes.length) });
  function show(next: number): void {
    at = next;
    const theme = themes[at]!;
    document.documentElement.style.colorScheme = theme === "auto" ? "light dark" : theme;
    button.textContent = `Theme: ${theme}`;
    localStorage.setItem("fenchel-theme", theme);
    dispatchEvent(new Event("themechange"));
  }
  show(at);
  return button;
}

function linkButton(): HTMLElement {
  const button = html("button", { type: "button", class: "quiet", click: () => void copy() }, "Copy link");
  async function copy(): Promise<void> {
    // Whatever was changed last is in the address once it had time to rest.
    await new Promise((resolve) => setTimeout(resolve, 350));
    button.textContent = await navigator.clipboard.writeText(location.href).then(
      () => "Link copied",
      () => "Copy it from the address bar",
    );
    setTimeout(() => (button.textContent = "Copy link"), 2000);
  }
  return button;
}

const links = views.map(({ id, title }) => ({ id, link: html("a", { href: `#${id}` }, title) }));
const main = html("main", { id: "main" });
const skip = html(
  "a",
  {
    class: "skip",
    href: "#main",
    click: (event: Event) => {
      event.preventDefault();
      main.querySelector("h1")?.focus();
    },
  },
  "Skip to the view",
);
document
  .querySelector("#app")!
  .append(
    skip,
    html(
      "header",
      { class: "top" },
      html("div", { class: "brand" }, html("b", {}, "fenchel"), " playground"),
      html("nav", { "aria-label": "Views" }, ...links.map(({ link }) => link)),
      html("div", { class: "tools" }, linkButton(), themeButton()),
    ),
    main,
  );

let open: { id: string; view: OpenView } | null = null;

function show(): void {
  const { view: wanted, query } = parseAddress(location.hash);
  const found = views.find(({ id }) => id === wanted) ?? views[0]!;
  if (open?.id === found.id) return open.view.read(query);
  open?.view.close();
  for (const { id, link } of links) {
    set(link, "aria-current", id === found.id ? "page" : null);
    if (id === found.id) link.scrollIntoView({ block: "nearest", inline: "center" });
  }
  document.title = `${found.title} · fenchel playground`;
  const written = (next: URLSearchParams) =>
    history.replaceState(null, "", formatAddress({ view: found.id, query: next }));
  open = { id: found.id, view: found.open(main, query, written) };
}

addEventListener("hashchange", show);
show();
