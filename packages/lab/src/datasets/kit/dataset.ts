/** Description of a data set: origin, licence, files, and the way they are made. */

import type { Checksum } from "./checksums.ts";
import type { Converter } from "./convert.ts";
import type { ReadOptions, SetFile, SetRows } from "./schema.ts";

/** An official file. */
export interface RemoteFile {
  /** The name by which the converter asks for it. */
  readonly name: string;
  readonly url: string;
  readonly bytes?: number;
  /** Without one, the checksum of the first download is recorded, and later downloads must have it. */
  readonly checksum?: Checksum;
}

export interface Download {
  readonly remote: readonly RemoteFile[];
  readonly convert: Converter;
  /** Rows of the converted files; with a checksum of the unpacked bytes where the archive itself has none. */
  readonly produces?: Readonly<Record<string, number | { readonly rows: number; readonly sha256: string }>>;
}

/** A file of any rows, which may be read asynchronously. */
export interface AnyFile {
  readonly path: string;
  /** For what is not in the data folder. */
  readonly isPresent?: () => boolean;
  read(folder: string, options?: ReadOptions): SetRows<unknown> | Promise<SetRows<unknown>>;
}

export interface DataSet {
  readonly name: string;
  /** The task that reads it. */
  readonly task: string;
  /** Description, with the paper. */
  readonly title: string;
  readonly licence: string;
  /** Page or file of the publisher. */
  readonly address: string;
  readonly files: readonly AnyFile[];
  /** Files without which the set is still of use. */
  readonly optional?: readonly AnyFile[];
  /** How it is downloaded; else `manual` says what the user does. */
  readonly download?: Download;
  readonly manual?: string;
  /** Remark on the downloaded files. */
  readonly note?: string;
  /** Reads the set as a whole where its files must agree; throws where they do not. */
  readonly crossCheck?: (folder: string) => unknown;
}

export interface PinnedFile extends Omit<RemoteFile, "url"> {
  readonly path: string;
  readonly checksum: Checksum;
}

/** Files of one commit of a repository on GitHub. */
export function pinned(repository: string, commit: string, files: readonly PinnedFile[]): RemoteFile[] {
  return files.map(({ path, ...file }) => ({
    ...file,
    url: `https://raw.githubusercontent.com/${repository}/${commit}/${path}`,
  }));
}

/** Instructions for a set that the user must obtain: what to do, then where its files go and their layout. */
export function manual(steps: string, files: readonly SetFile<unknown>[], layout: string): string {
  return `${steps}; then put ${files.map(({ path }) => path).join(", ")} into the data folder: ${layout}`;
}
