/** Small pictures of one square on a light ground of any hue, with questions about its colour, made from a seed. */
import type { EasyVqaSplit, VqaAnswer } from "../../src/datasets/easy-vqa.ts";
import { uniformNumbers } from "../../src/base/rng.ts";
import { prepareVqa, type VqaSplit, type VqaVocabulary } from "../../src/tasks/vqa/data.ts";
import type { TaskData } from "../../src/tasks/task.ts";

export const SIZE = 16;

const COLOURS: readonly (readonly [VqaAnswer, readonly number[]])[] = [
  ["red", [255, 0, 0]],
  ["green", [0, 255, 0]],
  ["blue", [0, 0, 255]],
];

/** A square of `side` pixels from `left`, `top`. */
export function squarePicture(
  colour: readonly number[],
  { left, top, side }: { left: number; top: number; side: number },
  ground: readonly number[] = [245, 245, 245],
): Uint8Array {
  const picture = Uint8Array.from({ length: 3 * SIZE * SIZE }, (_, i) => ground[i % 3]!);
  for (let y = top; y < top + side; y++)
    for (let x = left; x < left + side; x++) picture.set(colour, 3 * (y * SIZE + x));
  return picture;
}

function split(count: number, seed: number): EasyVqaSplit {
  const uniform = uniformNumbers(seed);
  const below = (bound: number) => Math.floor(uniform() * bound);
  const made = Array.from({ length: count }, (_, image) => {
    const [name, colour] = COLOURS[below(COLOURS.length)]!;
    const other = COLOURS[below(COLOURS.length)]![0];
    const side = 4 + below(3);
    const ground = [200 + below(56), 200 + below(56), 200 + below(56)];
    const picture = squarePicture(colour, { left: below(SIZE - side), top: below(SIZE - side), side }, ground);
    const questions = [
      { question: "what color is the shape?", answer: name, image },
      { question: `is there a ${other} shape?`, answer: (name === other ? "yes" : "no") as VqaAnswer, image },
    ];
    return { picture, questions };
  });
  return { images: made.map(({ picture }) => picture), questions: made.flatMap(({ questions }) => questions) };
}

export function drawnData(): TaskData<VqaVocabulary, VqaSplit> {
  return prepareVqa({ train: split(160, 1), test: split(40, 2) }, { size: SIZE, checksum: "drawn" });
}
