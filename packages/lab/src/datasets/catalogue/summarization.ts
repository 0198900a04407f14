/** The catalogue: summaries. */

import {
  COMPRESSION_FILES,
  COMPRESSION_TEST,
  convertSciTldr,
  convertSentenceCompression,
} from "../convert/summarization.ts";
import { pinned, place, type DataSet } from "../kit/dataset.ts";
import {
  compressionFiles,
  debianFiles,
  ducFiles,
  gigawordFiles,
  readDuc2004,
  readGigaword,
  sciTldrFiles,
} from "../summarization.ts";

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

export const summarizationSets: readonly DataSet[] = [
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
];
