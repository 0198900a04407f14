/** Pages of the built playground for tests: opened at an address, and closed with the proof that nothing went wrong in them. */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { openPage } from "../../scripts/open-page.mjs";

/** Runs `steps` on a page at `hash`; afterwards its console must be empty and no request may have left it. */
export async function onPage<T>(
  browser: Browser,
  hash: string,
  steps: (page: Page) => Promise<T>,
  options: BrowserContextOptions = {},
): Promise<T> {
  const { page, complaints, close } = await openPage(browser, hash, options);
  try {
    const result = await steps(page);
    expect(complaints).toEqual([]);
    return result;
  } finally {
    await close();
  }
}

/** Once the view is drawn, with the files that it loads. */
export async function ready(page: Page): Promise<void> {
  await drawn(page);
  await page.waitForFunction(() => !document.querySelector("main")!.textContent!.includes("Loading the"));
  await drawn(page);
}

/** Goes to another address as a followed link does: the page stays. */
export async function follow(page: Page, hash: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/${hash}`);
  await ready(page);
}

/** Once what was changed is drawn. */
export const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

/** Once what was changed is in the address. */
export const written = (page: Page): Promise<unknown> => page.waitForTimeout(420);

export const shownCode = (page: Page): Promise<string> => page.locator(".code-panel code").innerText();

/** Presses the mouse at one place of an element and releases it at another; places from 0 to 1. */
export async function drag(
  page: Page,
  element: Locator,
  from: readonly [number, number],
  to: readonly [number, number],
): Promise<void> {
  await element.scrollIntoViewIfNeeded();
  const box = (await element.boundingBox())!;
  const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 4 });
  await page.mouse.up();
  await drawn(page);
}

/** Text of the cells of a table's row or of a list's values. */
export const texts = (locator: Locator): Promise<string[]> => locator.allTextContents();
