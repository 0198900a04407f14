// Pictures of every view for the README: `npm run playground:screenshots`, after npm run build.
import { mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBrowser, openPage } from "./open-page.mjs";

const out = fileURLToPath(new URL("../../../docs/pictures/", import.meta.url));
const MOST_BYTES = 150 * 1024;

/** Name, address, scheme, width and height. */
const shots = [
  ["weights", "#weights", "light", 1180, 940],
  ["geometry", "#geometry", "light", 1020, 690],
  ["gradients", "#gradients", "light", 1180, 860],
  ["continuous", "#continuous", "light", 1180, 900],
  ["text", "#text", "light", 1180, 720],
  ["translation", "#translation", "light", 1180, 860],
  ["dark", "#geometry?m=entmax", "dark", 1020, 690],
  ["narrow", "#weights?m=softmax,sparsemax,fusedmax", "light", 390, 844],
];

mkdirSync(out, { recursive: true });
const browser = await openBrowser();
for (const [name, hash, colorScheme, width, height] of shots) {
  const options = { colorScheme, viewport: { width, height }, reducedMotion: "reduce" };
  const { page, complaints, close } = await openPage(browser, hash, options);
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(300);
  const path = `${out}playground-${name}.png`;
  await page.screenshot({ path });
  await close();
  if (complaints.length > 0) throw new Error(`${name}: ${complaints.join("; ")}`);
  const { size } = statSync(path);
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, more than ${MOST_BYTES}`);
  console.log(`playground-${name}.png ${(size / 1024).toFixed(0)} KiB`);
}
await browser.close();
