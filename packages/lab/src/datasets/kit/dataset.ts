/** What is known of a data set: where it comes from, under which licence, which files it becomes. */

import type { Checksum } from "./checksums.ts";
import type { Converter } from "./sources.ts";
import type { SetFile } from "./schema.ts";

/** An official file. */
export interface RemoteFile {
  /** What the converter calls it. */
  readonly name: string;
  readonly url: string;
  readonly bytes?: number;
  /** Without one, the checksum of the first download is recorded and must hold from then on. */
  readonly checksum?: Checksum;
}

export interface Fetching {
  readonly remote: readonly RemoteFile[];
  readonly convert: Converter;
  /** What the converter makes of the official release: rows, and the checksum where no archive's checksum is published. */
  readonly makes?: Readonly<Record<string, number | { readonly rows: number; readonly sha256: string }>>;
}

export interface DataSet {
  readonly name: string;
  readonly task: string;
  /** What it is, with the paper. */
  readonly title: string;
  readonly licence: string;
  /** The page or the file that its makers name. */
  readonly address: string;
  readonly files: readonly SetFile<unknown>[];
  /** Files that may be missing: the set is of use without them. */
  readonly optional?: readonly SetFile<unknown>[];
  /** Where it can be fetched; else `byHand` says what the user does. */
  readonly fetching?: Fetching;
  readonly byHand?: string;
  /** Something to know of the fetched files. */
  readonly note?: string;
  /** Reads the set as a whole where its files must agree; throws where they do not. */
  readonly agree?: (folder: string) => unknown;
}

const raw = (repository: string, commit: string, path: string) =>
  `https://raw.githubusercontent.com/${repository}/${commit}/${path}`;

export interface PinnedFile {
  readonly name: string;
  readonly path: string;
  readonly bytes?: number;
  readonly checksum: Checksum;
}

/** Files of a commit, which never change. */
export function pinned(repository: string, commit: string, files: readonly PinnedFile[]): RemoteFile[] {
  return files.map(({ path, ...file }) => ({ ...file, url: raw(repository, commit, path) }));
}

/** What a person does to bring a set's files, with the layout that the reader expects. */
export const place = (files: Readonly<Record<string, SetFile<unknown>>>, layout: string) =>
  `then put ${Object.values(files)
    .map(({ path }) => path)
    .join(", ")} into the data folder: ${layout}`;
