/** easy-VQA made ready for the model: questions as words that occur in them, pictures, and a dev split by pictures. */
import { readEasyVqa, VQA_ANSWERS, type EasyVqaSplit } from "../../datasets/easy-vqa.ts";
import { buildVocabulary } from "../../text/vocabulary.ts";
import { foldIn, shuffled, uniformNumbers } from "../../base/rng.ts";
import type { TaskData } from "../task.ts";

/** A question about one picture. */
export interface AskedQuestion {
  readonly text: string;
  /** Numbers of its words, without the padding's and the unknown's room: the columns of a bag of words. */
  readonly words: readonly number[];
  /** Index into `answers`. */
  readonly answer: number;
  /** Index into the split's pictures. */
  readonly picture: number;
}

export interface VqaPart {
  readonly questions: readonly AskedQuestion[];
  /** Rows of pixels from the top, red, green and blue from 0 to 255. */
  readonly pictures: readonly Uint8Array[];
}

export interface VqaData extends TaskData {
  readonly answers: readonly string[];
  /** Size of a bag of words. */
  readonly words: number;
  /** Width and height of every picture. */
  readonly size: number;
  readonly parts: { readonly train: VqaPart; readonly dev: VqaPart; readonly test: VqaPart };
}

/** Share of the training pictures that are kept for choosing. */
const DEV_SHARE = 0.1;

/** The words of a question. */
export function questionWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The split with only the pictures that are asked for, numbered anew. */
function withPictures({ questions, images }: EasyVqaSplit, wanted: readonly number[]): EasyVqaSplit {
  const numbers = new Map(wanted.map((picture, index) => [picture, index]));
  return {
    images: wanted.map((picture) => images[picture]!),
    questions: questions.flatMap(({ image, ...question }) => {
      const number = numbers.get(image);
      return number === undefined ? [] : [{ ...question, image: number }];
    }),
  };
}

/** The same pictures for every run, seed and machine. */
function divide(train: EasyVqaSplit): { train: EasyVqaSplit; dev: EasyVqaSplit } {
  const order = shuffled(train.images.length, uniformNumbers(foldIn(0, "easy-vqa dev")));
  const count = Math.max(1, Math.round(DEV_SHARE * order.length));
  const ascending = (pictures: readonly number[]) => pictures.toSorted((a, b) => a - b);
  return {
    train: withPictures(train, ascending(order.slice(count))),
    dev: withPictures(train, ascending(order.slice(0, count))),
  };
}

/** Both splits as the model reads them. `size` is the width and height of the pictures. */
export function prepareVqa(
  splits: { readonly train: EasyVqaSplit; readonly test: EasyVqaSplit },
  { size, checksum }: { readonly size: number; readonly checksum: string },
): VqaData {
  const { train, dev } = divide(splits.train);
  const vocabulary = buildVocabulary(train.questions.map(({ question }) => questionWords(question)));
  const encode = ({ questions, images }: EasyVqaSplit): VqaPart => ({
    pictures: images,
    questions: questions.map(({ question, answer, image }) => ({
      text: question,
      // Number 0, the padding, does not occur.
      words: Array.from(vocabulary.encode(questionWords(question)), (word) => word - 1),
      answer: VQA_ANSWERS.indexOf(answer),
      picture: image,
    })),
  });
  const parts = { train: encode(train), dev: encode(dev), test: encode(splits.test) };
  const { pictures } = parts.dev;
  const counted = (value: number) => value.toLocaleString("en-US");
  return {
    checksum,
    train: parts.train.questions.length,
    dev: parts.dev.questions.length,
    test: parts.test.questions.length,
    note:
      `Pictures have ${size} x ${size} pixels. The dev split is ${counted(pictures.length)} of the ${counted(train.images.length + pictures.length)} ` +
      "training pictures with all their questions, so that no picture is in two splits.",
    answers: VQA_ANSWERS,
    words: vocabulary.size - 1,
    size,
    parts,
  };
}

/** Reads easy-VQA from the user's data folder. Throws a DataError. */
export async function loadVqa(folder: string): Promise<VqaData> {
  const { train, test, checksum } = await readEasyVqa(folder);
  return prepareVqa({ train, test }, { size: Math.sqrt(train.images[0]!.length / 3), checksum });
}

/** The data with the dev split in the test split's place. */
export function withoutTest(data: VqaData): VqaData {
  return { ...data, test: data.dev, parts: { ...data.parts, test: data.parts.dev } };
}
