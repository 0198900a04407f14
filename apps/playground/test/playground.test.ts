/** The built page in a real browser: every view by mouse and by keyboard, its numbers against the library's. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { basisExpectation, gaussianGrid, registry } from "fenchel";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserOrSkip } from "../../../testing/browser.mjs";
import { openBrowser, openPage } from "../scripts/open-page.mjs";
import { short } from "../src/core/format.ts";
import { entropyOf } from "../src/core/evaluate.ts";
import { drag, drawn, follow, onPage, ready, shownCode, texts, written } from "./support/opened.ts";
import { runShownCode } from "./support/shown-code.ts";

const ids = ["weights", "geometry", "gradients", "continuous", "text", "translation"] as const;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

const figuresOf = (page: Page, mapping: string) => texts(page.locator(`.figures tr[data-mapping="${mapping}"] td`));
const factsOf = (page: Page) => texts(page.locator(".numbers dd"));
const rowOf = (page: Page, row: number) => texts(page.locator(`.figures tbody tr:nth-child(${row}) td`));
const weightsShown = async (page: Page, index = 0) =>
  (await page.locator("g.panel").nth(index).getAttribute("aria-label"))!.split("weights ").at(-1)!.split(", ");

describe.runIf(browserOrSkip("the playground"))("the playground", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test("first load below 300 KB compressed, without a model", async () => {
    const { page, loaded, close } = await openPage(browser);
    await page.waitForLoadState("networkidle");
    const bytes = loaded.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
    await close();
    expect(loaded.some((path) => path.includes("models"))).toBe(false);
    expect(bytes).toBeLessThan(300 * 1024);
  });

  describe("scores to weights", () => {
    test("every mapping's figures and weights are the library's", () =>
      onPage(browser, `#weights?m=${registry.map(({ name }) => name).join()}&lambda=0.05&k=4`, async (page) => {
        const names = registry.map(({ name }) => name);
        const wanted = names.flatMap((name) => [`${name}Weights`, `${name}Value`, `${name}Gap`]);
        const ran = runShownCode(await shownCode(page), wanted);
        for (const [i, name] of names.entries()) {
          const weights = ran[`${name}Weights`] as Float32Array;
          const support = weights.filter((weight) => weight > 0).length;
          expect(await figuresOf(page, name), name).toEqual([
            `${support} of 12`,
            short(ran[`${name}Value`] as number, 5),
            short(entropyOf(weights), 4),
            short(ran[`${name}Gap`] as number, 3),
          ]);
          expect(await weightsShown(page, i), name).toEqual(Array.from(weights, (weight) => short(weight)));
        }
      }));

    test("by mouse: a bar follows the pointer, and the address shows the same again", async () => {
      const address = await onPage(browser, "#weights?x=1,2.1,1.9&m=fusedmax", async (page) => {
        expect(await weightsShown(page)).toEqual(["0", "0.5", "0.5"]);
        await drag(page, page.locator("[data-bars=score]"), [0.1, 0.4], [0.2, 0.02]);
        const label = await page.locator("[data-bars=score]").getAttribute("aria-label");
        expect(label).toContain("score 1 of 3");
        expect((await weightsShown(page))[0]).not.toBe("0");
        await page.getByLabel("oscarmax").check();
        await written(page);
        return new URL(page.url()).hash;
      });
      expect(address).toContain("m=fusedmax,oscarmax");
      const shown = await onPage(browser, address, (page) => shownCode(page));
      const again = await onPage(browser, address, (page) => shownCode(page));
      expect(again).toBe(shown);
    });

    test("by keyboard: bars, sliders, numbers", () =>
      onPage(browser, "#weights?x=1,2,3&m=sparsemax", async (page) => {
        const bars = page.locator("[data-bars=score]");
        await bars.focus();
        for (const key of ["ArrowRight", "ArrowUp", "ArrowUp", "End", "ArrowDown"]) await page.keyboard.press(key);
        await drawn(page);
        expect(await shownCode(page)).toContain("[1, 2.1, 2.95]");
        await page.locator("[data-slider=gamma]").focus();
        for (let i = 0; i < 5; i++) {
          await page.keyboard.press("ArrowRight");
          await drawn(page);
        }
        const gamma = Number(await page.locator("[data-number=gamma]").inputValue());
        expect(gamma).toBeGreaterThan(1);
        expect(await shownCode(page)).toContain(`gamma: ${gamma} }`);
        await page.locator("[data-number=gamma]").fill("0.5");
        await page.keyboard.press("Enter");
        await page.locator("[data-field=Scores]").fill("3, 3, abc, -1");
        await drawn(page);
        const { sparsemaxWeights } = runShownCode(await shownCode(page), ["sparsemaxWeights"]);
        expect(sparsemaxWeights).toEqual(Float32Array.of(0.5, 0.5, 0));
        expect(await figuresOf(page, "sparsemax")).toEqual(["2 of 3", "2.875", "0.6931", "0"]);
      }));

    test("no scores, one score, a thousand scores", () =>
      onPage(browser, "#weights?x=", async (page) => {
        expect(await page.locator(".empty").isVisible()).toBe(true);
        await page.locator("[data-field=Scores]").fill("7");
        await drawn(page);
        expect(await figuresOf(page, "fusedmax")).toEqual(["1 of 1", "6.5", "0", "0"]);
        const many = Array.from({ length: 1000 }, (_, i) => Math.sin(i).toFixed(2)).join();
        await follow(page, `#weights?x=${many}`);
        expect((await figuresOf(page, "softmax"))[0]).toBe("1000 of 1000");
        await drag(page, page.locator("[data-bars=score]"), [0.1, 0.5], [0.4, 0.1]);
        expect((await figuresOf(page, "softmax"))[0]).toBe("1000 of 1000");
      }));
  });

  describe("addresses that nobody's page wrote", () => {
    const hostile = [
      "#nowhere?x=1",
      "#weights?x=NaN,1,Infinity&gamma=abc&lambda=-4&m=none,__proto__",
      "#weights?x=%3Cscript%3Ealert(1)%3C/script%3E&m=%ZZ",
      `#weights?x=${"9,".repeat(3000)}&gamma=0`,
      "#weights?x=1e308,-1e308",
      "#geometry?x=1,2&m=7&t=99999",
      "#gradients?x=&dy=NaN",
      "#continuous?alpha=0&scale=0&x=-5&location=NaN&stretch=1e9",
      "#text?m=entmax&text=&gamma=1e-9",
      "#translation?s=-3&m=x",
      "#?&=&&==",
    ];

    test("all end in a usable view", () =>
      onPage(browser, hostile[0]!, async (page) => {
        for (const hash of hostile) {
          await follow(page, hash.slice(0, 8000));
          expect(await page.locator("h1").count(), hash).toBe(1);
          expect((await page.locator(".code-panel code").innerText()).includes("NaN"), hash).toBe(false);
        }
        await follow(page, hostile[1]!);
        await page.reload();
        expect(await page.locator(".notice").innerText()).toContain("not quite readable");
      }));

    test("what was not readable is said, as text", () =>
      onPage(browser, "#weights?x=%3Cb%3E,1,2", async (page) => {
        expect(await page.locator(".notice").innerText()).toContain('"<b>" is not a finite number');
        expect(await page.locator(".notice b").count()).toBe(0);
        await follow(page, "#weights?x=1,2");
        expect(await page.locator(".notice").innerText()).toBe("");
      }));
  });

  describe("geometry", () => {
    test("the point's image and the curves under every mapping", () =>
      onPage(browser, "#geometry", async (page) => {
        for (const { name } of registry) {
          await follow(page, `#geometry?m=${name}&x=0.8,0.6,-0.3&t=0.3`);
          const ran = runShownCode(await shownCode(page), ["weights", "value", "curveValue", "curveWeight"]);
          const weights = Array.from(ran["weights"] as Float32Array, (weight) => short(weight, 4));
          expect(await rowOf(page, 2), name).toEqual([...weights, short(ran["value"] as number, 5)]);
          expect(await texts(page.locator(".mark-value")), name).toEqual(
            [ran["curveValue"], ran["curveWeight"]].map((value) => `${short(value as number, 4)} at t = 0.3`),
          );
        }
      }));

    test("by mouse and by keyboard", () =>
      onPage(browser, "#geometry?m=sparsemax", async (page) => {
        const plane = page.locator("[data-plane]");
        await drag(page, plane, [0.4, 0.7], [0.5, 0.03]);
        expect((await rowOf(page, 2)).slice(0, 3)).toEqual(["0", "0", "1"]);
        await plane.focus();
        for (let i = 0; i < 4; i++) await page.keyboard.press("Shift+ArrowDown");
        await drawn(page);
        expect((await rowOf(page, 2)).slice(0, 3)).not.toEqual(["0", "0", "1"]);
        await page.getByLabel("fusedmax").focus();
        await page.keyboard.press("ArrowDown");
        await drawn(page);
        expect(await page.locator(".formula b").innerText()).not.toBe("fusedmax");
      }));
  });

  describe("gradients", () => {
    test("the Jacobian and the pullback of every mapping", () =>
      onPage(browser, "#gradients", async (page) => {
        for (const { name } of registry) {
          await follow(page, `#gradients?m=${name}&x=0.3,1.1,1,-0.2,0.9,0.8&dy=1,0.5,-1,0,2,0&k=3`);
          const ran = runShownCode(await shownCode(page), ["gradients", "jacobian"]);
          const { scores, gamma } = ran["gradients"] as { scores: Float32Array; gamma: number };
          const facts = await factsOf(page);
          expect(facts[0], name).toBe(Array.from(scores, (value) => short(value)).join(", "));
          expect(facts[1], name).toBe(short(gamma, 4));
          const jacobian = ran["jacobian"] as Float32Array[];
          const zeros = jacobian.reduce((sum, row) => sum + row.filter((value) => value === 0).length, 0);
          const label = (await page.locator(".heat-map").getAttribute("aria-label"))!;
          expect(label, name).toContain(`Jacobian, 6 by 6: ${zeros} exact zeros`);
        }
      }));

    test("by mouse and by keyboard", () =>
      onPage(browser, "#gradients?m=softmax", async (page) => {
        const map = page.locator(".matrix-surface");
        const box = (await map.boundingBox())!;
        await map.click({ position: { x: 20, y: box.height * 0.95 } });
        await drawn(page);
        expect(await shownCode(page)).toContain("cotangent = Float32Array.from([0, 0, 0, 0, 0, 0, 0, 1])");
        await page.locator("[data-bars=cotangent]").focus();
        for (const key of ["Home", "Shift+ArrowUp"]) await page.keyboard.press(key);
        await drawn(page);
        expect(await shownCode(page)).toMatch(/cotangent = Float32Array\.from\(\[1, 0, /);
        await drag(page, page.locator("[data-bars=score]"), [0.06, 0.3], [0.06, 0.9]);
        expect(await shownCode(page)).not.toContain("[0.1, 0.9,");
      }));
  });

  describe("continuous", () => {
    test("figures are the library's", () =>
      onPage(browser, "#continuous?alpha=1.5&location=0.4&scale=0.1", async (page) => {
        const ran = runShownCode(await shownCode(page), ["context", "p", "image", "expectation"]);
        const { covariance, entropy } = ran["p"] as { covariance: Float64Array; entropy: number };
        const facts = await factsOf(page);
        expect(facts[0]).toBe(short((ran["context"] as Float32Array)[0]!, 5));
        expect(facts[1]).toBe(short(Math.sqrt(covariance[0]!), 4));
        expect(facts[2]).toBe(short(entropy, 4));
        const basis = gaussianGrid({ count: 9, widths: 0.09 });
        const expectation = basisExpectation(basis, { alpha: 1.5, location: 0.4, scale2: 0.1 ** 2 });
        expect(await texts(page.locator(".expectation title"))).toEqual(
          Array.from(expectation, (value) => `expectation ${short(value, 4)}`),
        );
      }));

    test("by mouse and by keyboard", () =>
      onPage(browser, "#continuous", async (page) => {
        await drag(page, page.locator("[data-drag=line]"), [0.3, 0.5], [0.75, 0.5]);
        expect(await shownCode(page)).toContain("location: 0.75,");
        await page.locator("[data-drag=line]").focus();
        for (const key of ["ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
        await drawn(page);
        expect(await shownCode(page)).toContain("location: 0.76, scale2: 0.063 ** 2");
        await drag(page, page.locator("[data-drag=image]"), [0.4, 0.5], [0.75, 0.25]);
        await page.locator("[data-drag=image]").focus();
        await page.keyboard.press("Shift+ArrowDown");
        await drawn(page);
        expect(await shownCode(page)).toContain("location: [0.75, 0.3]");
        await page.getByRole("button", { name: "Gaussian" }).click();
        await drawn(page);
        expect(await page.locator(".support-ellipse").count()).toBe(0);
      }));
  });

  describe("real text", () => {
    test("mapping switched live; zeros bare, a fused segment one box", () =>
      onPage(browser, "#text", async (page) => {
        await page.locator(".words text").first().waitFor();
        const ran = runShownCode(await shownCode(page), ["weights"]);
        const weights = ran["weights"] as Float32Array;
        const heard = weights.filter((weight) => weight > 0).length;
        const facts = await factsOf(page);
        expect(facts[0]).toBe(`${heard} of ${weights.length}`);
        expect(await page.locator(".words .heard").count()).toBe(heard);
        expect(await page.locator(".verdict b").innerText()).toBe("spam");
        await page.getByLabel("softmax").check();
        await expect.poll(async () => (await factsOf(page))[0]).toBe(`${weights.length} of ${weights.length}`);
      }));

    test("typed text, by keyboard; text from outside stays text", () =>
      onPage(browser, "#text?text=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", async (page) => {
        await page.locator(".words text").first().waitFor();
        expect(await page.locator("main img").count()).toBe(0);
        await page.locator("[data-field=text]").fill("");
        await drawn(page);
        expect(await page.locator(".empty").innerText()).toContain("No words");
        await page.locator("[data-field=text]").pressSequentially("the patch for the build");
        await drawn(page);
        expect(await texts(page.locator(".words text"))).toEqual(["the", "patch", "for", "the", "build"]);
        await page.locator("[data-slider=lambda]").focus();
        for (let i = 0; i < 3; i++) {
          await page.keyboard.press("End");
          await drawn(page);
        }
        expect(await page.locator(".word-box.fused").count()).toBe(1);
        await page.getByRole("button", { name: "As trained" }).press("Enter");
        await drawn(page);
        expect(await page.locator("[data-number=lambda]").inputValue()).not.toBe("3");
      }));
  });

  test("translation: the alignment is the mapping of the shown scores, by mouse and keyboard", () =>
    onPage(browser, "#translation", async (page) => {
      await page.locator(".tokens text").first().waitFor();
      for (const name of ["fusedmax", "sparsemax", "softmax"]) {
        await page.getByLabel(name, { exact: true }).check();
        await drawn(page);
        const weights = runShownCode(await shownCode(page), ["weights"])["weights"] as Float32Array;
        const zeros = weights.filter((weight) => weight === 0).length;
        expect((await factsOf(page))[0]).toBe(`${zeros} of ${weights.length}`);
        expect(await page.locator(".picture rect.word-box").count()).toBe(weights.length - zeros);
      }
      const before = await shownCode(page);
      await page.getByLabel("Sentence").last().focus();
      await page.keyboard.press("ArrowUp");
      await drawn(page);
      expect(await shownCode(page)).not.toBe(before);
    }));

  test("code, SVG and PNG leave every view", async () => {
    for (const id of ids) {
      const options = { acceptDownloads: true, permissions: ["clipboard-read", "clipboard-write"] };
      await onPage(
        browser,
        `#${id}`,
        async (page) => {
          await ready(page);
          await page.getByRole("button", { name: "Copy code" }).click();
          await page.getByText("Copied", { exact: true }).waitFor();
          const copied = await page.evaluate(() => navigator.clipboard.readText());
          expect(copied).toBe(await shownCode(page));
          expect(copied).toContain('from "fenchel"');
          for (const [button, head] of [
            ["SVG", "<svg"],
            ["PNG", "\u0089PNG"],
          ] as const) {
            const pending = page.waitForEvent("download");
            await page.getByRole("button", { name: button, exact: true }).click();
            const file = readFileSync(await (await pending).path());
            expect(file.toString("latin1").startsWith(head), `${id} ${button}`).toBe(true);
            expect(file.length).toBeGreaterThan(1500);
            if (button === "SVG") expect(file.toString()).not.toMatch(/class=|var\(--/);
          }
        },
        options,
      );
    }
  });

  test.each([
    ["light", 1280],
    ["dark", 390],
  ] as const)("axe finds nothing serious, %s, %d wide, and nothing is wider than the page", (colorScheme, width) =>
    onPage(
      browser,
      "",
      async (page) => {
        await page.evaluate(axeSource);
        for (const id of ids) {
          await follow(page, `#${id}`);
          const found = await page.evaluate<Violation[]>(
            "axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => ({ html })) })))",
          );
          const serious = found.filter(({ impact }) => impact === "serious" || impact === "critical");
          expect(serious.map((one) => `${id}, ${one.id}: ${one.nodes[0]!.html}`)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), id).toBeLessThanOrEqual(
            0,
          );
        }
      },
      { colorScheme, viewport: { width, height: 900 } },
    ),
  );

  test("the whole page is reached with the tab key, and the views follow their links", () =>
    onPage(browser, "", async (page) => {
      const names = new Set<string>();
      for (let i = 0; i < 45; i++) {
        await page.keyboard.press("Tab");
        names.add(
          await page.evaluate(() => document.activeElement?.textContent || document.activeElement?.ariaLabel || ""),
        );
      }
      for (const name of ["Geometry", "Copy link", "Two fused", "Copy code", "SVG"]) expect(names).toContain(name);
      await page.getByRole("link", { name: "Gradients" }).press("Enter");
      await drawn(page);
      expect(await page.locator("h1").innerText()).toBe("Gradients");
    }));
});
