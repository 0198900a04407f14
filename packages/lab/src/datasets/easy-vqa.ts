/** easy-VQA (Zhou 2020, MIT): questions on pictures of 64 x 64 pixels, each with one shape. */

import { join } from "node:path";
import { convertIndexedToRgb, decode, type DecodedPng } from "fast-png";
import { DataError } from "../base/data-error.ts";
import { readUnpacked } from "../base/text-file.ts";
import { setPath } from "./kit/data-folder.ts";
import { checksumOf, filled, oneOf, sha256, tableFile, wholeIn, type SetFile } from "./kit/schema.ts";
import { tarFiles } from "./kit/tar-archive.ts";

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

/** The pictures of an archive, placed by the number that is their name. */
function picturesFile(split: string): SetFile<RgbPicture> {
  const file = `vqa/easy_vqa_${split}_images.tar`;
  return {
    path: file,
    read(folder, { onFault } = {}) {
      const path = setPath(folder, file, { set: "easy-vqa" });
      const archive = readUnpacked(path);
      if (archive.length === 0) throw new DataError(`${path}: the file is empty`);
      const rows: (RgbPicture | undefined)[] = [];
      let faults = 0;
      for (const { name, bytes } of tarFiles(path, archive)) {
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

export const easyVqaFiles = {
  train: { questions: questions("train"), images: picturesFile("train") },
  test: { questions: questions("test"), images: picturesFile("test") },
};

function readSplit(folder: string, split: "train" | "test") {
  const files = easyVqaFiles[split];
  const [asked, pictures] = [files.questions.read(folder), files.images.read(folder)];
  const beyond = asked.rows.findIndex(({ image }) => image >= pictures.rows.length);
  if (beyond >= 0) {
    // One line of heading, and lines count from 1.
    throw new DataError(
      `${join(folder, files.questions.path)}:${beyond + 2}: picture ${asked.rows[beyond]!.image} is asked about, but there are ${pictures.rows.length}`,
    );
  }
  return {
    content: { questions: asked.rows, images: pictures.rows },
    read: [[files.questions, asked] as const, [files.images, pictures] as const],
  };
}

/**
 * Questions and decoded pictures of both splits, 61 MB of pixels in all.
 * @throws DataError with file and line, or file and picture.
 */
export function readEasyVqa(folder: string): EasyVqaData {
  const [train, test] = [readSplit(folder, "train"), readSplit(folder, "test")];
  return { train: train.content, test: test.content, checksum: checksumOf([...train.read, ...test.read]) };
}
