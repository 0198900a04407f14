/** The data sets that the lab reads: what they are, under which licence, where they come from and which files they become. */

import { rte2AlignmentFiles, translationAlignmentFiles } from "./alignment.ts";
import type { Checksum } from "./checksums.ts";
import { convertImdb, convertImdbCounterfactual, convertMovieRationales } from "./convert/classification.ts";
import { convertEasyVqa } from "./convert/easy-vqa.ts";
import { convertSick, convertSnli, convertSnliCounterfactual } from "./convert/entailment.ts";
import type { Converter } from "./convert/sources.ts";
import {
  COMPRESSION_FILES,
  COMPRESSION_TEST,
  convertSciTldr,
  convertSentenceCompression,
} from "./convert/summarization.ts";
import { convertIwslt17, convertMulti30k, MULTI30K_SPLITS } from "./convert/translation.ts";
import { easyVqaFiles, readEasyVqa } from "./easy-vqa.ts";
import { sickFiles, snliCounterfactualFiles, snliFiles } from "./entailment.ts";
import { imdbCounterfactualFiles, imdbFiles, sst2Files } from "./imdb.ts";
import { rationaleFiles } from "./rationales.ts";
import type { SetFile } from "./set-file.ts";
import {
  compressionFiles,
  debianFiles,
  ducFiles,
  gigawordFiles,
  readDuc2004,
  readGigaword,
  sciTldrFiles,
} from "./summarization.ts";
import { iwslt17Files, multi30kFiles } from "./translation.ts";

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

interface PinnedFile {
  readonly name: string;
  readonly path: string;
  readonly bytes?: number;
  readonly checksum: Checksum;
}

/** Files of a commit, which never change. */
function pinned(repository: string, commit: string, files: readonly PinnedFile[]): RemoteFile[] {
  return files.map(({ path, ...file }) => ({ ...file, url: raw(repository, commit, path) }));
}

const COUNTERFACTUAL = [
  "acmi-lab/counterfactually-augmented-data",
  "6f232a1d2a11462a30ce08fb4825b734ab30828e",
] as const;

const sentiment = (name: string, path: string, bytes: number, sha256: string): PinnedFile => ({
  name,
  path: `sentiment/${path}`,
  bytes,
  checksum: { sha256 },
});

/** Bytes and SHA-256 of data/task1/raw, by split and language. */
const MULTI30K: Readonly<Record<string, readonly [bytes: number, sha256: string]>> = {
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

/** Git's names of the contents, from the commit. */
const COMPRESSION_BLOBS: Readonly<Record<string, string>> = {
  "comp-data.eval.json.gz": "6a79130ff719fff00742df93498ff0542aa96928",
  "sent-comp.train01.json.gz": "76e73aca6185e7e6ee4f7dedf8ef3d70bc88b2b7",
  "sent-comp.train02.json.gz": "393f326fa0d75f36ae35fcfab08058dc229d635f",
  "sent-comp.train03.json.gz": "4fe64379873f2cd99025804400b781458dfe4bed",
  "sent-comp.train04.json.gz": "7fec7911138988b73e3da575e539d0def5b2b629",
  "sent-comp.train05.json.gz": "62c8a51d46a89530031a6bcc46d95255e13afb12",
  "sent-comp.train06.json.gz": "f1471e84b6676f11fa567cecf27a972de22f5aa4",
  "sent-comp.train07.json.gz": "c9c781500999cf97d8d3f453f9b01afc01a451ff",
  "sent-comp.train08.json.gz": "0eb1118fef108258462c61f2e6ef6be5ca741cc3",
  "sent-comp.train09.json.gz": "24d70efc9e8f4b020beab982cbb8554a9a17aa89",
  "sent-comp.train10.json.gz": "b671be3963cb472a05c7c2888dd6f66f61e9117a",
};

/** What a person does to bring a set's files, with the layout that the reader expects. */
const place = (files: Readonly<Record<string, SetFile<unknown>>>, layout: string) =>
  `then put ${Object.values(files)
    .map(({ path }) => path)
    .join(", ")} into the data folder: ${layout}`;

const ALIGNMENT_LAYOUT =
  'gzipped, tab-separated, one header line; tokens apart by blanks; "sure" and "possible" hold links such as "0-0 1-2", positions from 0';

export const dataSets: readonly DataSet[] = [
  {
    name: "imdb",
    task: "classification",
    title: "IMDB film reviews (Maas et al. 2011)",
    licence: "research use; cite the paper",
    address: "https://ai.stanford.edu/~amaas/data/sentiment/",
    files: Object.values(imdbFiles),
    fetching: {
      remote: [
        {
          name: "aclImdb_v1.tar.gz",
          url: "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
          bytes: 84125825,
          checksum: { sha256: "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe" },
        },
      ],
      convert: convertImdb,
      makes: { "classification/imdb_train.tsv.gz": 25000, "classification/imdb_test.tsv.gz": 25000 },
    },
  },
  {
    name: "imdb-counterfactual",
    task: "classification",
    title: "IMDB reviews revised to the other label (Kaushik et al. 2020)",
    licence: "Apache-2.0",
    address: "https://github.com/acmi-lab/counterfactually-augmented-data",
    files: Object.values(imdbCounterfactualFiles),
    fetching: {
      remote: pinned(...COUNTERFACTUAL, [
        sentiment(
          "train_paired.tsv",
          "combined/paired/train_paired.tsv",
          3179425,
          "7ac50ca3d70890f80e11ee59955cdbfc43f26b5078d0603717817ab224d2af18",
        ),
        sentiment(
          "dev_paired.tsv",
          "combined/paired/dev_paired.tsv",
          466175,
          "4c2d8a70cbce23eba27fb1f0bb5043cf044811912435cf8d10c3ea6fc7a51363",
        ),
        sentiment(
          "test_paired.tsv",
          "combined/paired/test_paired.tsv",
          907811,
          "9534b20850205c59015b313983cae7afb31c54c04ffcbd19cea7f1bce5011275",
        ),
        sentiment(
          "orig_train.tsv",
          "orig/train.tsv",
          1585691,
          "adccf2763b67ddbfbd4571b7ee96c9bb689e98c4295e779151148c014b2b1050",
        ),
        sentiment(
          "orig_dev.tsv",
          "orig/dev.tsv",
          232171,
          "d7b815d31ddc6eed7bdeb9dc78e18db88ebb22dd347cf72cc797791edfd7bab0",
        ),
        sentiment(
          "orig_test.tsv",
          "orig/test.tsv",
          452050,
          "35e8fab251220685ae47f95ef86bad1fd7fa0017a6ce4afe803ab18a71ff61ff",
        ),
      ]),
      convert: convertImdbCounterfactual,
      makes: {
        "classification/imdb_counterfactual_train.tsv.gz": 3414,
        "classification/imdb_counterfactual_dev.tsv.gz": 490,
        "classification/imdb_counterfactual_test.tsv.gz": 976,
      },
    },
  },
  {
    name: "movie-rationales",
    task: "classification",
    title: "film reviews with human rationales (Zaidan and Eisner 2007; ERASER, DeYoung et al. 2020)",
    licence: "research use",
    address: "https://www.eraserbenchmark.com/",
    files: Object.values(rationaleFiles),
    fetching: {
      remote: [
        {
          name: "movies.tar.gz",
          url: "https://www.eraserbenchmark.com/zipped/movies.tar.gz",
          bytes: 3899487,
          checksum: { sha256: "66e18d4e6c9df9e9f5544572b0bfe92a39673f74ecbfc3859b46cedb2f5b2dee" },
        },
      ],
      convert: convertMovieRationales,
    },
    note: "split by number: reviews 0 to 719 of each label for training, 720 to 799 for dev, 800 to 899 for test",
  },
  {
    name: "sst2",
    task: "classification",
    title: "sentences of film reviews, two labels (Socher et al. 2013)",
    licence: "research use",
    address: "https://nlp.stanford.edu/sentiment/",
    files: Object.values(sst2Files),
    byHand: `take the labels of whole sentences without the neutral ones, official splits; ${place(
      sst2Files,
      "gzipped, tab-separated, header label and text, 1 is positive",
    )}`,
  },
  {
    name: "snli",
    task: "entailment",
    title: "Stanford Natural Language Inference (Bowman et al. 2015)",
    licence: "CC BY-SA 4.0",
    address: "https://nlp.stanford.edu/projects/snli/",
    files: [snliFiles.dev, snliFiles.test],
    optional: [snliFiles.train, snliFiles.first],
    fetching: {
      remote: [
        {
          name: "snli_1.0.zip",
          url: "https://nlp.stanford.edu/projects/snli/snli_1.0.zip",
          bytes: 94550081,
          checksum: { sha256: "afb3d70a5af5d8de0d9d81e2637e0fb8c22d1235c2749d83125ca43dab0dbd3e" },
        },
      ],
      convert: convertSnli,
      makes: {
        "entailment/snli_train.tsv.gz": 550152,
        "entailment/snli_dev.tsv.gz": 10000,
        "entailment/snli_test.tsv.gz": 10000,
      },
    },
  },
  {
    name: "snli-counterfactual",
    task: "entailment",
    title: "SNLI pairs revised to another label (Kaushik et al. 2020)",
    licence: "Apache-2.0; sentences CC BY-SA 4.0",
    address: "https://github.com/acmi-lab/counterfactually-augmented-data",
    files: Object.values(snliCounterfactualFiles),
    fetching: {
      remote: pinned(...COUNTERFACTUAL, [
        {
          name: "train.tsv",
          path: "NLI/all_combined/train.tsv",
          bytes: 989626,
          checksum: { sha256: "b04c0e249b71949345afc20f8c31c355533a705a68805492f21cddc49d27234f" },
        },
      ]),
      convert: convertSnliCounterfactual,
      makes: { "entailment/cad_snli_counterfactual_train.tsv.gz": 8330 },
    },
  },
  {
    name: "sick",
    task: "entailment",
    title: "Sentences Involving Compositional Knowledge (Marelli et al. 2014)",
    licence: "CC BY-NC-SA 3.0",
    address: "https://zenodo.org/record/2787612",
    files: Object.values(sickFiles),
    fetching: {
      remote: [
        {
          name: "SICK.zip",
          url: "https://zenodo.org/record/2787612/files/SICK.zip?download=1",
          bytes: 217584,
          checksum: { sha256: "da272af924399fc2de4889ed55383e38822c10d16c4a949a89d597d09a0b7912" },
        },
      ],
      convert: convertSick,
      makes: {
        "entailment/sick_train.tsv.gz": 4439,
        "entailment/sick_dev.tsv.gz": 495,
        "entailment/sick_test.tsv.gz": 4906,
      },
    },
    note: "this release has 9,840 of the 9,927 pairs of SemEval 2014",
  },
  {
    name: "msr-rte2",
    task: "alignment",
    title: "word alignments of RTE-2 premises and hypotheses (Brockett 2007)",
    licence: "research use",
    address: "Microsoft Research, MSR-TR-2007-77",
    files: Object.values(rte2AlignmentFiles),
    byHand: `ask for the aligned RTE-2 corpus of the report MSR-TR-2007-77; ${place(
      rte2AlignmentFiles,
      `columns id, source, target, sure, possible; ${ALIGNMENT_LAYOUT}`,
    )}`,
  },
  ...[
    {
      languages: "de-en" as const,
      title: "word alignments German to English (Vilar et al. 2006)",
      address: "https://www-i6.informatik.rwth-aachen.de/goldAlignment/",
    },
    {
      languages: "en-fr" as const,
      title: "word alignments English to French (Och and Ney 2000)",
      address: "http://web.eecs.umich.edu/~mihalcea/wpt/",
    },
    {
      languages: "ro-en" as const,
      title: "word alignments Romanian to English (Mihalcea and Pedersen 2003)",
      address: "http://web.eecs.umich.edu/~mihalcea/wpt/",
    },
  ].map(({ languages, title, address }): DataSet => {
    const file = translationAlignmentFiles[languages];
    const [source, target] = languages.split("-");
    return {
      name: `align-${languages}`,
      task: "alignment",
      title,
      licence: "shared-task data, research use",
      address,
      files: [file],
      byHand: `take the test set with its links from the address; ${place(
        { file },
        `columns ${source}, ${target}, sure, possible; ${ALIGNMENT_LAYOUT}`,
      )}`,
    };
  }),
  {
    name: "multi30k",
    task: "translation",
    title: "Multi30k captions in German, English and French (Elliott et al. 2016, 2017)",
    licence: "non-commercial research",
    address: "https://github.com/multi30k/dataset",
    files: Object.values(multi30kFiles),
    fetching: {
      remote: pinned(
        "multi30k/dataset",
        "a3d2e0d26b56f3846f66a952536ffed4e401d05a",
        Object.values(MULTI30K_SPLITS).flatMap((split) =>
          ["de", "en", "fr"].map((language) => {
            const [bytes, sha256] = MULTI30K[`${split}.${language}`]!;
            const name = `${split}.${language}.gz`;
            return { name, path: `data/task1/raw/${name}`, bytes, checksum: { sha256 } };
          }),
        ),
      ),
      convert: convertMulti30k,
      makes: {
        "translation/multi30k_train.tsv.gz": 29000,
        "translation/multi30k_dev.tsv.gz": 1014,
        "translation/multi30k_test2016.tsv.gz": 1000,
        "translation/multi30k_test2017.tsv.gz": 1000,
      },
    },
  },
  {
    name: "iwslt17",
    task: "translation",
    title: "IWSLT'17 TED talks, German and English (Cettolo et al. 2017)",
    licence: "CC BY-NC-ND 4.0 (TED talks)",
    address: "https://sites.google.com/site/iwsltevaluation2017/TED-tasks",
    files: Object.values(iwslt17Files),
    fetching: {
      remote: [
        {
          name: "de-en.zip",
          url: "https://huggingface.co/datasets/IWSLT/iwslt2017/resolve/c18a4f81a47ae6fa079fe9d32db288ddde38451d/data/2017-01-trnted/texts/de/en/de-en.zip",
        },
      ],
      convert: convertIwslt17,
    },
  },
  {
    name: "sentence-compression",
    task: "summarization",
    title: "Google sentence compression (Filippova and Altun 2013)",
    licence: '"AS IS", research use',
    address: "https://github.com/google-research-datasets/sentence-compression",
    files: Object.values(compressionFiles),
    fetching: {
      remote: pinned(
        "google-research-datasets/sentence-compression",
        "f03882c806888835822ed9ac57c117b80d17e932",
        [...COMPRESSION_FILES, COMPRESSION_TEST].map((name) => ({
          name,
          path: `data/${name}`,
          checksum: { gitBlob: COMPRESSION_BLOBS[name]! },
        })),
      ),
      convert: convertSentenceCompression,
    },
    note: "tokens of the official sentences in lower case, ## for tokens with digits; dev is the last training file",
  },
  {
    name: "gigaword",
    task: "summarization",
    title: "Gigaword headlines (Rush et al. 2015)",
    licence: "LDC licence (LDC2012T21)",
    address: "https://catalog.ldc.upenn.edu/LDC2012T21",
    files: Object.values(gigawordFiles),
    byHand: `license Annotated Gigaword from the LDC and prepare it as Rush et al. (2015) do (https://github.com/facebookarchive/NAMAS); ${place(
      gigawordFiles,
      "UTF-8, a text a line, line i of each pair of files together",
    )}`,
    agree: readGigaword,
  },
  {
    name: "duc2004",
    task: "summarization",
    title: "DUC 2004 task 1 (Over et al. 2007)",
    licence: "NIST agreement",
    address: "https://duc.nist.gov/duc2004/",
    files: Object.values(ducFiles),
    byHand: `sign NIST's agreement and prepare the data as Rush et al. (2015) do (https://github.com/facebookarchive/NAMAS); ${place(
      ducFiles,
      "UTF-8, a text a line, line i of all files together",
    )}`,
    agree: readDuc2004,
  },
  {
    name: "scitldr",
    task: "summarization",
    title: "SciTLDR-A, abstracts and their TLDRs (Cachola et al. 2020)",
    licence: "Apache-2.0",
    address: "https://github.com/allenai/scitldr",
    files: Object.values(sciTldrFiles),
    fetching: {
      remote: pinned("allenai/scitldr", "5ccad9c00a60ad75c9e04abf7f27d0f53f983b20", [
        {
          name: "train.jsonl",
          path: "SciTLDR-Data/SciTLDR-A/train.jsonl",
          bytes: 3155015,
          checksum: { sha256: "b222771d387be585cfdf5ae957b36757138415a352e0a3e3b23f73f87c3b1119" },
        },
        {
          name: "dev.jsonl",
          path: "SciTLDR-Data/SciTLDR-A/dev.jsonl",
          bytes: 1124865,
          checksum: { sha256: "3191fa98ccc09521332b7a1cd63b1930be4e8df125a235ccd31e40329709525e" },
        },
        {
          name: "test.jsonl",
          path: "SciTLDR-Data/SciTLDR-A/test.jsonl",
          bytes: 1204107,
          checksum: { sha256: "fb42dd6cd4f4a1928ae8a01a189456fbfe994a07e938bd49f68653933f6503c9" },
        },
      ]),
      convert: convertSciTldr,
      makes: {
        "summarization/scitldr_train.jsonl.gz": 1992,
        "summarization/scitldr_dev.jsonl.gz": 619,
        "summarization/scitldr_test.jsonl.gz": 618,
      },
    },
  },
  {
    name: "debian-descriptions",
    task: "summarization",
    title: "descriptions of Debian packages and their synopses",
    licence: "those of Debian main (free)",
    address: "https://www.debian.org/distrib/packages",
    files: Object.values(debianFiles),
    byHand: `take Description (synopsis and text) of each package from Debian's index of translations, packages of one family in one split; ${place(
      debianFiles,
      "gzipped, tab-separated, header package, synopsis, description",
    )}`,
  },
  {
    name: "easy-vqa",
    task: "vqa",
    title: "easy-VQA, questions on pictures of shapes (Zhou 2020)",
    licence: "MIT",
    address: "https://github.com/vzhou842/easy-VQA",
    files: Object.values(easyVqaFiles).flatMap(({ questions, images }) => [questions, images]),
    fetching: {
      remote: [
        {
          name: "easy-VQA.tar.gz",
          url: "https://github.com/vzhou842/easy-VQA/archive/3b553bb7ff42a868d5f4cbe8c88255d7333c3c31.tar.gz",
        },
      ],
      convert: convertEasyVqa,
      makes: {
        "vqa/easy_vqa_train_questions.tsv.gz": {
          rows: 38575,
          sha256: "48682894b82147a788c47d0ba5734496a09ed50d53963ed6c932009b5cf61eb8",
        },
        "vqa/easy_vqa_test_questions.tsv.gz": {
          rows: 9673,
          sha256: "8aa92b31db6461eeda3b11b54c9413e51f0ce53e5a898820ec1b624422e18c48",
        },
        "vqa/easy_vqa_train_images.tar": {
          rows: 4000,
          sha256: "29855c6ca8f09b68d2f88b7e1d841a1285ef1959abca6396fdda130e7d06f455",
        },
        "vqa/easy_vqa_test_images.tar": {
          rows: 1000,
          sha256: "54853f217fd1554c66442b3b538bf9778aa5ff7668e4aafe5276b524c19999bf",
        },
      },
    },
    agree: readEasyVqa,
  },
];
