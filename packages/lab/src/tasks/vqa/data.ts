/** easy-VQA as numbers: questions as bags of words, images, and a dev split by images. */
import { foldIn, shuffled, uniformNumbers } from "../../base/rng.ts";
import { readEasyVqa, VQA_ANSWERS, type EasyVqaSplit } from "../../datasets/easy-vqa.ts";
import { buildVocabulary, vocabularyFromJson, type VocabularyJson } from "../../text/vocabulary.ts";
import { exampleIndices } from "../example-indices.ts";
import type { TaskData } from "../task.ts";
import { segmentationMask } from "./segmentation-mask.ts";

/** A question about an image. */
export interface AskedQuestion {
  readonly text: string;
  /** Columns of a bag of words; padding has none. */
  readonly words: readonly number[];
  /** Index into the answers; null where it is not known. */
  readonly answer: number | null;
  /** Index into the split's images. */
  readonly image: number;
}

export interface VqaSplit {
  readonly questions: readonly AskedQuestion[];
  /** Rows of pixels from the top, red, green and blue from 0 to 255. */
  readonly images: readonly Uint8Array[];
}

/** State of the preprocessing. */
export interface VqaVocabulary {
  readonly words: VocabularyJson;
  /** Width and height of every image. */
  readonly size: number;
}

/** Share of the training images that is held out. */
const DEV_SHARE = 0.1;

/** Words of a question. */
export function questionWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Bag of words of a question. Number 0 of the vocabulary, the padding, does not occur. */
export function questionBag(text: string, words: VocabularyJson): number[] {
  return Array.from(vocabularyFromJson(words).encode(questionWords(text)), (word) => word - 1);
}

/** The split with only the images that are wanted, numbered anew. */
function withImages({ questions, images }: EasyVqaSplit, wanted: readonly number[]): EasyVqaSplit {
  const numbers = new Map(wanted.map((image, index) => [image, index]));
  return {
    images: wanted.map((image) => images[image]!),
    questions: questions.flatMap(({ image, ...question }) => {
      const number = numbers.get(image);
      return number === undefined ? [] : [{ ...question, image: number }];
    }),
  };
}

/** The same images for every run, seed and machine. */
function holdout(train: EasyVqaSplit): { train: EasyVqaSplit; dev: EasyVqaSplit } {
  const order = shuffled(train.images.length, uniformNumbers(foldIn(0, "easy-vqa dev")));
  const count = Math.max(1, Math.round(DEV_SHARE * order.length));
  const ascending = (images: readonly number[]) => images.toSorted((a, b) => a - b);
  return {
    train: withImages(train, ascending(order.slice(count))),
    dev: withImages(train, ascending(order.slice(0, count))),
  };
}

/** The questions of a split by their indices, with their images. */
function subset({ questions, images }: VqaSplit, wanted: readonly number[]): VqaSplit {
  const chosen = wanted.map((index) => questions[index]!);
  return {
    questions: chosen.map((question, image) => ({ ...question, image })),
    images: chosen.map(({ image }) => images[image]!),
  };
}

/** Kinds of questions by their answers: the name of a shape, that of a colour, yes, no. */
const KINDS: readonly (readonly string[])[] = [
  ["circle", "rectangle", "triangle"],
  ["red", "green", "blue", "black", "gray", "teal", "brown", "yellow"],
  ["yes"],
  ["no"],
];

/** Shapes of these shares of the image are large enough to see what is on them, with room around. */
const LEAST_SHARE = 0.04;
const MOST_SHARE = 0.16;

/** The first question of every kind, each about another image. */
function sampleExamples({ questions, images }: VqaSplit): number[] {
  const taken = new Set<number>();
  const fits = ({ image }: AskedQuestion) => {
    const mask = segmentationMask(images[image]!);
    const share = mask.reduce((sum, one) => sum + one, 0) / mask.length;
    return share >= LEAST_SHARE && share <= MOST_SHARE;
  };
  return KINDS.flatMap((kind) => {
    const found = questions.findIndex((question) => {
      return kind.includes(VQA_ANSWERS[question.answer!]!) && !taken.has(question.image) && fits(question);
    });
    if (found < 0) return [];
    taken.add(questions[found]!.image);
    return [found];
  });
}

/** Encodes both splits. `examples`: test questions to show. */
export function prepareVqa(
  splits: { readonly train: EasyVqaSplit; readonly test: EasyVqaSplit },
  { size, checksum }: { readonly size: number; readonly checksum: string },
  examples?: readonly number[],
): TaskData<VqaVocabulary, VqaSplit> {
  const { train, dev } = holdout(splits.train);
  const vocabulary = buildVocabulary(train.questions.map(({ question }) => questionWords(question)));
  const encode = ({ questions, images }: EasyVqaSplit): VqaSplit => ({
    images,
    questions: questions.map(({ question, answer, image }) => ({
      text: question,
      words: Array.from(vocabulary.encode(questionWords(question)), (word) => word - 1),
      answer: VQA_ANSWERS.indexOf(answer),
      image,
    })),
  });
  const encoded = { train: encode(train), dev: encode(dev), test: encode(splits.test) };
  const counted = (value: number) => value.toLocaleString("en-US");
  return {
    checksum,
    note:
      `Images have ${size} x ${size} pixels. The dev split is ${counted(dev.images.length)} of the ${counted(splits.train.images.length)} ` +
      "training images with all their questions, so that no image is in two splits.",
    vocabulary: { words: vocabulary.toJSON(), size },
    ...encoded,
    examples: subset(
      encoded.test,
      exampleIndices(examples, encoded.test.questions.length, () => sampleExamples(encoded.test)),
    ),
    counts: {
      train: encoded.train.questions.length,
      dev: encoded.dev.questions.length,
      test: encoded.test.questions.length,
    },
  };
}

/** Reads easy-VQA from the user's data folder. Throws a DataError. */
export async function loadVqa(
  folder: string,
  examples?: readonly number[],
): Promise<TaskData<VqaVocabulary, VqaSplit>> {
  const { train, test, checksum } = await readEasyVqa(folder);
  return prepareVqa({ train, test }, { size: Math.sqrt(train.images[0]!.length / 3), checksum }, examples);
}
