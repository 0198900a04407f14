// How smooth a drag is: 4 mappings, 200 scores, two seconds of pointer moves; prints frames a second and what a frame costs.
// `npm run playground:frames`, after npm run build. A report, not a gate.
import { openBrowser, openPage } from "./open-page.mjs";

const browser = await openBrowser();
const scores = Array.from({ length: 200 }, (_, i) => (Math.sin(i / 9) + Math.sin(i / 3.1)).toFixed(2)).join();
const address = `#weights?x=${scores}&m=softmax,sparsemax,fusedmax,oscarmax&gamma=5&lambda=0.05`;
const { page, close } = await openPage(browser, address);
const result = await page.evaluate(async () => {
  const surface = document.querySelector("[data-bars=score]");
  const box = surface.getBoundingClientRect();
  const send = (type, part) =>
    surface.dispatchEvent(
      new PointerEvent(type, {
        pointerId: 1,
        bubbles: true,
        clientX: box.left + (0.1 + 0.8 * part) * box.width,
        clientY: box.top + (0.5 + 0.4 * Math.sin(20 * part)) * box.height,
      }),
    );
  surface.setPointerCapture = () => {};
  const times = [];
  const costs = [];
  send("pointerdown", 0);
  const begun = performance.now();
  await new Promise((resolve) => {
    const tick = (now) => {
      times.push(now);
      const before = performance.now();
      send("pointermove", (now - begun) / 2000);
      // What the view does in this frame comes after this callback; a task after it sees the end.
      setTimeout(() => costs.push(performance.now() - before));
      if (now - begun < 2000) requestAnimationFrame(tick);
      else resolve();
    };
    requestAnimationFrame(tick);
  });
  send("pointerup", 1);
  const gaps = times
    .slice(1)
    .map((time, i) => time - times[i])
    .sort((a, b) => a - b);
  const middle = (list) => list[Math.floor(list.length / 2)];
  return {
    framesPerSecond: (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0),
    medianFrame: middle(gaps),
    slowFrame: gaps[Math.floor(gaps.length * 0.95)],
    medianCost: middle(costs.sort((a, b) => a - b)),
  };
});
await close();
await browser.close();
const ms = (value) => `${value.toFixed(1)} ms`;
console.log(
  `4 mappings, 200 scores: ${result.framesPerSecond.toFixed(1)} frames a second; median frame ${ms(result.medianFrame)}, ` +
    `95 % below ${ms(result.slowFrame)}; from pointer to drawn ${ms(result.medianCost)} (median)`,
);
