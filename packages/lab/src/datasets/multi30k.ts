/** Multi30k: captions of pictures in German, English and French (Elliott et al. 2016, 2017). */

import { packTable, sideBySide, sourceLines, type ConvertedFile, type Sources } from "./kit/convert.ts";
import { pinned, type DataSet } from "./kit/dataset.ts";
import { readSplits, textTable, type Splits } from "./kit/schema.ts";

const LANGUAGES = ["de", "en", "fr"] as const;

/** A caption in three languages. */
export type Multi30kCaption = Readonly<Record<(typeof LANGUAGES)[number], string>>;

const captions = (split: string) =>
  textTable({
    set: "multi30k",
    path: `translation/multi30k_${split}.tsv.gz`,
    columns: { de: "de", en: "en", fr: "fr" },
  });

export const multi30kFiles = {
  train: captions("train"),
  dev: captions("dev"),
  test2016: captions("test2016"),
  test2017: captions("test2017"),
};

/**
 * Multi30k's official splits, raw text: 29,000, 1,014, 1,000 and 1,000 captions. A language pair is two members of every row.
 * @throws DataError with file and line.
 */
export function readMulti30k(folder: string): Splits<typeof multi30kFiles> {
  return readSplits(folder, multi30kFiles);
}

/** The official names of the splits. */
const OFFICIAL = { train: "train", dev: "val", test2016: "test_2016_flickr", test2017: "test_2017_flickr" };
const SPLITS = Object.keys(OFFICIAL) as (keyof typeof OFFICIAL)[];

/** Bytes and SHA-256 of the official files, by split and language. */
const CHECKSUMS: Readonly<Record<string, readonly [bytes: number, sha256: string]>> = {
  "train.de": [637044, "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6"],
  "train.en": [568929, "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f"],
  "train.fr": [604242, "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c"],
  "val.de": [24681, "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a"],
  "val.en": [21650, "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28"],
  "val.fr": [23001, "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9"],
  "test_2016_flickr.de": [22890, "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8"],
  "test_2016_flickr.en": [21077, "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9"],
  "test_2016_flickr.fr": [22310, "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90"],
  "test_2017_flickr.de": [21471, "a2c89666db00c495cd8513b9d708d5a3acc205d7de312ef2bf5fb7ebc1540aee"],
  "test_2017_flickr.en": [19138, "76a444ee25172e72695cddb13ae4a3bda59430617be88e0bb46b60504f054074"],
  "test_2017_flickr.fr": [20434, "3ba671ceb2299f3304ffafefea7a833d08632fbaf0ba18546f8a2ec2391af496"],
};

/** A gzipped file for each split and language, with a caption on each line. */
function* convert(sources: Sources): Generator<ConvertedFile> {
  for (const split of SPLITS) {
    const texts = LANGUAGES.map((language) => {
      const path = sources(`${OFFICIAL[split]}.${language}.gz`);
      return { path, lines: Array.from(sourceLines(path), ({ text }) => text) };
    });
    yield packTable(multi30kFiles[split].path, LANGUAGES, sideBySide(texts));
  }
}

export const multi30k: DataSet = {
  name: "multi30k",
  task: "translation",
  title: "Multi30k captions in German, English and French (Elliott et al. 2016, 2017)",
  licence: "non-commercial research",
  address: "https://github.com/multi30k/dataset",
  files: Object.values(multi30kFiles),
  download: {
    remote: pinned(
      "multi30k/dataset",
      "a3d2e0d26b56f3846f66a952536ffed4e401d05a",
      Object.entries(CHECKSUMS).map(([file, [bytes, sha256]]) => {
        return { name: `${file}.gz`, path: `data/task1/raw/${file}.gz`, bytes, checksum: { sha256 } };
      }),
    ),
    convert,
    produces: Object.fromEntries([29000, 1014, 1000, 1000].map((rows, i) => [multi30kFiles[SPLITS[i]!].path, rows])),
  },
};
