import type { Browser } from "playwright-core";

export function findBrowser(): string | undefined;
export function browserOrSkip(what: string): boolean;
export function openBrowser(): Promise<Browser>;
