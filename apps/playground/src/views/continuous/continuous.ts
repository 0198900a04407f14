/** Continuous: attention as a density on a line and on an image, from Gaussian to compact support. */
import { readNumber } from "../../core/address.ts";
import { arrayLiteral, importLine } from "../../core/code.ts";
import { html, pool, set, setText, svg } from "../../core/dom.ts";
import { literal, short } from "../../core/format.ts";
import { defineView } from "../../core/view.ts";
import { codePanel } from "../../parts/code-panel.ts";
import { presetButtons } from "../../parts/options.ts";
import { slider, type SliderSpec } from "../../parts/slider.ts";
import { attendImage, attendLine, imageScale2, RIDGE, type ContinuousParameters } from "./attend.ts";
import { imagePicture } from "./image-picture.ts";
import { LINE_HEIGHT, linePicture } from "./line-picture.ts";
import { lineValues } from "./scenes.ts";

const usual: ContinuousParameters = {
  alpha: 2,
  location: 0.3,
  scale: 0.06,
  x: 0.38,
  y: 0.5,
  imageScale: 0.09,
  stretch: 0.8,
};

interface Spec extends SliderSpec {
  readonly name: keyof ContinuousParameters & string;
  readonly part: "both" | "line" | "image";
}

const specs: readonly Spec[] = [
  { name: "alpha", part: "both", least: 1, most: 3, scale: "linear", step: 0.01, hint: "1 Gaussian, 2 parabola" },
  { name: "location", part: "line", least: 0, most: 1, scale: "linear", step: 0.005 },
  { name: "scale", part: "line", least: 0.005, most: 0.5, scale: "log" },
  { name: "x", part: "image", label: "across", least: 0, most: 1, scale: "linear", step: 0.005 },
  { name: "y", part: "image", label: "down", least: 0, most: 1, scale: "linear", step: 0.005 },
  { name: "imageScale", part: "image", label: "scale", least: 0.01, most: 0.5, scale: "log" },
  { name: "stretch", part: "image", least: 0.2, most: 5, scale: "log", hint: "across against down" },
];

const shapes = [
  { label: "Gaussian", source: "alpha = 1: positive everywhere", alpha: 1 },
  { label: "Triweight", source: "alpha = 4/3", alpha: 1.33333 },
  { label: "Biweight", source: "alpha = 3/2", alpha: 1.5 },
  { label: "Truncated parabola", source: "alpha = 2: continuous sparsemax (Martins et al. 2020)", alpha: 2 },
  { label: "Half circle", source: "alpha = 3", alpha: 3 },
];

/** Beside the line there is room for the image from this width on. */
const WIDE = 680;

function continuousCode(state: ContinuousParameters): string {
  const { alpha, location, scale, x, y } = state;
  return [
    importLine(["basisExpectation", "betaGaussian", "continuousAttention", "gaussianGrid"]),
    "",
    `const parameters = { alpha: ${literal(alpha)}, location: ${literal(location)}, scale2: ${literal(scale)} ** 2 };`,
    "const p = betaGaussian(parameters);",
    "const { support } = p;",
    "",
    "const basis = gaussianGrid({ count: 9, widths: 0.09 });",
    "const expectation = basisExpectation(basis, parameters);",
    `const values = Float32Array.from(${arrayLiteral(lineValues)});`,
    `const context = continuousAttention(values, { basis, ridge: ${RIDGE}, shape: [${lineValues.length}, 1], ...parameters });`,
    "",
    `const image = betaGaussian({ alpha: ${literal(alpha)}, location: [${literal(x)}, ${literal(y)}], scale2: ${arrayLiteral(imageScale2(state))} });`,
  ].join("\n");
}

export const continuous = defineView<ContinuousParameters>({
  id: "continuous",
  title: "Continuous",
  summary:
    "Attention need not sit on separate words or pixels: here it is a density with a location and a scale. At alpha 1 it is a Gaussian; above 1 it is exactly 0 outside an interval or an ellipse. What it hears is the mean of a smooth function through the values.",

  read(query, complain) {
    const read = ({ name, least, most }: Spec) =>
      [name, readNumber(query, name, { fallback: usual[name], least, most }, complain)] as const;
    return { ...usual, ...Object.fromEntries(specs.map(read)) };
  },

  write(state) {
    const query = new URLSearchParams();
    for (const { name } of specs) if (state[name] !== usual[name]) query.set(name, String(state[name]));
    return query;
  },

  mount(host) {
    const rounded = (value: number) => Number(Math.min(Math.max(value, 0), 1).toFixed(3));
    const sliders = specs.map((spec) => ({ spec, ...slider(spec, (value) => host.change({ [spec.name]: value })) }));
    const group = (part: Spec["part"], title: string | null) =>
      html(
        "div",
        { class: "sliders", role: "group", "aria-label": title ?? "Shape" },
        title === null ? null : html("p", { class: "sub" }, title),
        ...sliders.filter(({ spec }) => spec.part === part).map(({ element }) => element),
      );
    const line = linePicture(
      (location) => host.change({ location: rounded(location) }),
      (across, down) => {
        const { location, scale } = host.state;
        host.change({
          location: rounded(location + 0.01 * across),
          scale: Number(Math.min(Math.max(scale * 1.05 ** -down, 0.005), 0.5).toPrecision(3)),
        });
      },
    );
    const image = imagePicture(
      (x, y) => host.change({ x: rounded(x), y: rounded(y) }),
      (across, down) =>
        host.change({ x: rounded(host.state.x + 0.01 * across), y: rounded(host.state.y + 0.01 * down) }),
    );
    const picture = svg("svg", { class: "picture" }, line.element, image.element);
    const numbers = html("dl", { class: "numbers" });
    const code = codePanel("continuous", () => picture);
    host.root.append(
      presetButtons(shapes, (index) => host.change({ alpha: shapes[index]!.alpha }), "Shapes"),
      html(
        "div",
        { class: "columns" },
        html(
          "div",
          { class: "controls" },
          group("both", null),
          group("line", "On the line"),
          group("image", "On the image"),
        ),
        html("div", { class: "stage" }, picture, numbers),
      ),
      code.element,
    );

    return (state) => {
      for (const { spec, show } of sliders) show(state[spec.name]);
      const onLine = attendLine(state);
      const onImage = attendImage(state);
      const width = Math.max(picture.parentElement!.clientWidth, 280);
      const wide = width >= WIDE;
      const lineWidth = wide ? width * 0.56 - 60 : width - 44;
      line.show(onLine, 34, lineWidth);
      const size = wide ? width - lineWidth - 34 - 56 : Math.min(width - 44, 420);
      const top = wide ? 26 : LINE_HEIGHT + 34;
      image.show(onImage, wide ? width - size - 4 : 34, top, size);
      const height = wide ? LINE_HEIGHT : top + size + 6;
      set(picture, "viewBox", `0 0 ${width} ${height}`);
      set(picture, "height", height);
      const deviation = (index: number) => short(Math.sqrt(onImage.density.covariance[index]!), 4);
      const facts = [
        ["mean of the values on the line", short(onLine.context, 5)],
        ["standard deviation on the line", short(Math.sqrt(onLine.density.covariance[0]!), 4)],
        ["entropy on the line", short(onLine.density.entropy, 4)],
        ["mean brightness on the image", short(onImage.context, 5)],
        ["standard deviations on the image", `${deviation(0)} across, ${deviation(3)} down`],
      ] as const;
      const rows = pool(numbers, facts.length, () => html("div", {}, html("dt"), html("dd")));
      facts.forEach((fact, i) => fact.forEach((text, part) => setText(rows[i]!.children[part]!, text)));
      code.show(continuousCode(state));
    };
  },
});
