import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export const dist: string;
export const origin: string;
export function openBrowser(): Promise<Browser>;
export function openPage(
  browser: Browser,
  hash?: string,
  contextOptions?: BrowserContextOptions,
): Promise<{ page: Page; complaints: string[]; loaded: string[]; close(): Promise<void> }>;
