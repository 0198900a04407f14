/** easy-VQA (Zhou 2020): questions on pictures of 64 x 64 pixels, each with one shape. */

import { join } from "node:path";
import { convertIndexedToRgb, decode, type DecodedPng } from "fast-png";
import { DataError } from "../base/data-error.ts";
import { readUnpacked } from "../base/text-file.ts";
import { packTar, tarFiles, type ArchivedFile } from "./kit/archive.ts";
import { packTable, type ConvertedFile, type Sources } from "./kit/convert.ts";
import { setPath } from "./kit/data-folder.ts";
import type { DataSet } from "./kit/dataset.ts";
import { checksumOf, filled, oneOf, sha256, tableFile, wholeIn } from "./kit/schema.ts";
import type { ReadOptions, SetRows } from "./kit/schema.ts";

/** Width and height of every picture. */
export const PICTURE_SIZE = 64;

/** The thirteen answers: yes and no, shapes, colours. */
export const VQA_ANSWERS = [
  "yes",
  "no",
  "circle",
  "rectangle",
  "triangle",
  "red",
  "green",
  "blue",
  "black",
  "gray",
  "teal",
  "brown",
  "yellow",
] as const;

export type VqaAnswer = (typeof VQA_ANSWERS)[number];

export interface VqaQuestion {
  readonly question: string;
  readonly answer: VqaAnswer;
  /** Index into the pictures of the split. */
  readonly image: number;
}

/** A picture: rows of pixels from the top, red, green and blue from 0 to 255; [64, 64, 3]. */
export type RgbPicture = Uint8Array;

export interface EasyVqaSplit {
  readonly questions: readonly VqaQuestion[];
  readonly images: readonly RgbPicture[];
}

export interface EasyVqaData {
  readonly train: EasyVqaSplit;
  readonly test: EasyVqaSplit;
  readonly checksum: string;
}

const LARGEST_INDEX = 1e6;

const questions = (split: string) =>
  tableFile({
    set: "easy-vqa",
    path: `vqa/easy_vqa_${split}_questions.tsv.gz`,
    columns: ["question", "answer", "image"],
    row: ({ question, answer, image }, fault): VqaQuestion => ({
      question: filled("question", question, fault),
      answer: oneOf("answer", answer, VQA_ANSWERS, fault),
      image: wholeIn("image", image, [0, LARGEST_INDEX], fault),
    }),
  });

/** Red, green and blue of a decoded picture; an alpha channel is left out. */
function rgbOf(png: DecodedPng): RgbPicture {
  if (png.palette !== undefined) {
    const { data, channels } = { data: convertIndexedToRgb(png), channels: png.palette[0]!.length };
    return channels === 3 ? Uint8Array.from(data) : dropAlpha(data, channels, png.width * png.height);
  }
  if (png.depth !== 8) throw new Error(`${png.depth} bits a channel, where 8 are expected`);
  return dropAlpha(png.data, png.channels, png.width * png.height);
}

function dropAlpha(data: ArrayLike<number>, channels: number, pixels: number): RgbPicture {
  const rgb = new Uint8Array(3 * pixels);
  const colours = channels >= 3 ? 3 : 1;
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let colour = 0; colour < 3; colour++) rgb[3 * pixel + colour] = data[pixel * channels + (colour % colours)]!;
  return rgb;
}

function decodePicture(where: string, bytes: Uint8Array): RgbPicture {
  let png: DecodedPng;
  let rgb: RgbPicture;
  try {
    png = decode(bytes, { checkCrc: true });
    rgb = rgbOf(png);
  } catch (error) {
    throw new DataError(`${where}: not a picture in PNG (${(error as Error).message})`);
  }
  if (png.width !== PICTURE_SIZE || png.height !== PICTURE_SIZE)
    throw new DataError(
      `${where}: ${png.width} x ${png.height} pixels, where ${PICTURE_SIZE} x ${PICTURE_SIZE} are expected`,
    );
  return rgb;
}

/** The pictures of an archive, in the order of the numbers that are their names. */
function picturesFile(split: string) {
  const file = `vqa/easy_vqa_${split}_images.tar`;
  return {
    path: file,
    async read(folder: string, { onFault }: ReadOptions = {}): Promise<SetRows<RgbPicture>> {
      const path = setPath(folder, file, { set: "easy-vqa" });
      const archive = readUnpacked(path);
      if (archive.length === 0) throw new DataError(`${path}: the file is empty`);
      const rows: (RgbPicture | undefined)[] = [];
      let faults = 0;
      for (const { name, bytes } of await tarFiles(path, archive)) {
        const where = `${path}:${name}`;
        try {
          const number = /(?:^|\/)(\d{1,6})\.png$/.exec(name)?.[1];
          if (number === undefined) throw new DataError(`${where}: expected a name such as 17.png`);
          const index = Number(number);
          if (rows[index] !== undefined) throw new DataError(`${where}: a second picture with this number`);
          rows[index] = decodePicture(where, bytes);
        } catch (error) {
          if (onFault === undefined || !(error instanceof DataError)) throw error;
          onFault(error);
          faults++;
        }
      }
      const gap = Array.from(rows).indexOf(undefined);
      if (gap >= 0 && faults === 0) throw new DataError(`${path}: picture ${gap} is missing`);
      if (rows.length === 0 && faults === 0) throw new DataError(`${path}: the archive has no pictures`);
      return { rows: rows as RgbPicture[], sha256: sha256(archive) };
    },
  };
}

const files = {
  train: { questions: questions("train"), images: picturesFile("train") },
  test: { questions: questions("test"), images: picturesFile("test") },
};

async function readSplit(folder: string, split: "train" | "test") {
  const { questions: questionsFile, images } = files[split];
  const asked = questionsFile.read(folder);
  const pictures = await images.read(folder);
  const beyond = asked.rows.findIndex(({ image }) => image >= pictures.rows.length);
  if (beyond >= 0) {
    // One line of heading, and lines count from 1.
    throw new DataError(
      `${join(folder, questionsFile.path)}:${beyond + 2}: picture ${asked.rows[beyond]!.image} is asked about, but there are ${pictures.rows.length}`,
    );
  }
  return {
    content: { questions: asked.rows, images: pictures.rows },
    read: [[questionsFile, asked] as const, [images, pictures] as const],
  };
}

/**
 * Questions and decoded pictures of both splits, 61 MB of pixels in all.
 * @throws DataError with file and line, or file and picture.
 */
export async function readEasyVqa(folder: string): Promise<EasyVqaData> {
  const [train, test] = [await readSplit(folder, "train"), await readSplit(folder, "test")];
  return { train: train.content, test: test.content, checksum: checksumOf([...train.read, ...test.read]) };
}

function parseQuestions(where: string, bytes: Uint8Array): (string | number)[][] {
  let rows: unknown;
  try {
    rows = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new DataError(`${where}: not JSON (${(error as Error).message})`);
  }
  const fits = (row: unknown): row is (string | number)[] =>
    Array.isArray(row) &&
    row.length === 3 &&
    typeof row[0] === "string" &&
    typeof row[1] === "string" &&
    Number.isInteger(row[2]);
  if (!Array.isArray(rows) || !rows.every(fits))
    throw new DataError(`${where}: expected a list of [question, answer, image]`);
  return rows;
}

const ARCHIVE = "easy-VQA.tar.gz";

/** easy_vqa/data/{train,test}: questions.json and images/0.png and so on. */
async function* convert(sources: Sources): AsyncGenerator<ConvertedFile> {
  const path = sources(ARCHIVE);
  const archived = await tarFiles(path, readUnpacked(path));
  for (const split of ["train", "test"] as const) {
    const inside = (name: string) => new RegExp(`(?:^|/)easy_vqa/data/${split}/${name}$`);
    const asked = archived.find(({ name }) => inside("questions\\.json").test(name));
    if (asked === undefined) throw new DataError(`${path}: no easy_vqa/data/${split}/questions.json`);
    yield packTable(
      files[split].questions.path,
      ["question", "answer", "image"],
      parseQuestions(`${path}:${asked.name}`, asked.bytes),
    );
    const numbered: { number: number; file: ArchivedFile }[] = [];
    for (const { name, bytes } of archived) {
      const number = inside("images/(\\d+)\\.png").exec(name)?.[1];
      if (number !== undefined)
        numbered.push({ number: Number(number), file: { name: `${split}/${number}.png`, bytes } });
    }
    numbered.sort((a, b) => a.number - b.number);
    yield { path: files[split].images.path, bytes: await packTar(numbered.map(({ file }) => file)) };
  }
}

export const easyVqa: DataSet = {
  name: "easy-vqa",
  task: "vqa",
  title: "easy-VQA, questions on pictures of shapes (Zhou 2020)",
  licence: "MIT",
  address: "https://github.com/vzhou842/easy-VQA",
  files: Object.values(files).flatMap((split) => [split.questions, split.images]),
  download: {
    remote: [
      {
        name: ARCHIVE,
        url: "https://github.com/vzhou842/easy-VQA/archive/3b553bb7ff42a868d5f4cbe8c88255d7333c3c31.tar.gz",
      },
    ],
    convert,
    // GitHub makes the archive anew for each download, so that only its contents have checksums.
    produces: {
      [files.train.questions.path]: {
        rows: 38575,
        sha256: "48682894b82147a788c47d0ba5734496a09ed50d53963ed6c932009b5cf61eb8",
      },
      [files.test.questions.path]: {
        rows: 9673,
        sha256: "8aa92b31db6461eeda3b11b54c9413e51f0ce53e5a898820ec1b624422e18c48",
      },
      [files.train.images.path]: {
        rows: 4000,
        sha256: "29855c6ca8f09b68d2f88b7e1d841a1285ef1959abca6396fdda130e7d06f455",
      },
      [files.test.images.path]: {
        rows: 1000,
        sha256: "54853f217fd1554c66442b3b538bf9778aa5ff7668e4aafe5276b524c19999bf",
      },
    },
  },
  crossCheck: readEasyVqa,
};
