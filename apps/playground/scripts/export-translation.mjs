/**
 * Trains a small translator on the compiler's messages and writes the attention scores of a few test sentences for the page:
 * public/models/translation.json. The lab must have been built.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DataError, fittingPairs, knowsAll, loadCompilerMessages, trainTranslation } from "fenchel-lab";

const MOST_EXAMPLES = 8;
const FEWEST_WORDS = 5;

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const rounded = (rows) => rows.map((row) => Array.from(row, (score) => Math.round(1000 * score) / 1000));
const shown = (tokens) => tokens.map((token) => token.trim());

/** Sentences of different lengths, spread evenly from the shortest to the longest. */
function spread(examples) {
  const sorted = [...examples].sort(
    (a, b) => a.targetTokens.length - b.targetTokens.length || (a.sourceTokens.join() < b.sourceTokens.join() ? -1 : 1),
  );
  if (sorted.length <= MOST_EXAMPLES) return sorted;
  return Array.from(
    { length: MOST_EXAMPLES },
    (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (MOST_EXAMPLES - 1))],
  );
}

function readOptions() {
  return parseArgs({
    options: {
      source: { type: "string", default: "es" },
      mapping: { type: "string", default: "softmax" },
      seed: { type: "string", default: "1" },
      epochs: { type: "string" },
      out: {
        type: "string",
        default: fileURLToPath(new URL("../public/models/translation.json", import.meta.url)),
      },
    },
  }).values;
}

async function exportTranslation() {
  const options = readOptions();
  const data = loadCompilerMessages({ source: options.source, target: "en" });
  const config = {
    mapping: options.mapping,
    seed: Number(options.seed),
    ...(options.epochs === undefined ? {} : { epochs: Number(options.epochs) }),
  };
  const translator = await trainTranslation(data, config, {
    onEpoch: ({ epoch, trainLoss, devLoss, secondsPerStep }, { tokenAccuracy, copyAlignment }) => {
      console.log(
        `epoch ${epoch}: train loss ${trainLoss.toFixed(3)}, dev loss ${devLoss.toFixed(3)}, dev words ${percent(tokenAccuracy)}, ` +
          `copied words aligned ${percent(copyAlignment)}, ${Math.round(1000 * secondsPerStep)} ms a step`,
      );
    },
  });
  const dev = await translator.evaluate(data.dev);
  const test = fittingPairs(data.test, translator.config.longest);
  const translations = await translator.translate(test.map(({ sourceTokens }) => sourceTokens));

  // Sentences that the model never saw, has every word of, and translates as the reference does.
  const right = test.flatMap(({ sourceTokens, targetTokens }, i) => {
    const { words, ended, scores } = translations[i];
    const written = Array.from(words, (word) => translator.target.word(word));
    const same = ended && written.join("\n") === targetTokens.join("\n");
    if (!same || written.length < FEWEST_WORDS || !knowsAll(translator.source, sourceTokens)) return [];
    // The last row is that of the sentence's end.
    return [
      {
        sourceTokens: shown(sourceTokens),
        targetTokens: shown(written),
        scores: rounded(scores.slice(0, written.length)),
      },
    ];
  });
  if (right.length === 0) throw new RangeError("no test sentence is translated exactly: epochs must be higher");
  const examples = spread(right);
  const { mapping, seed, embeddingSize, hiddenSize, longest } = translator.config;
  const best = translator.epochs[translator.bestEpoch - 1];
  const note =
    `Messages of the TypeScript compiler (npm package ${data.origin.package} ${data.origin.version}, ${data.origin.licence}), ` +
    `${data.source} to ${data.target}, at most ${longest} tokens a side: ${translator.trainSentences} training sentences, ` +
    `no near-duplicate across the split. A bidirectional GRU encoder and a GRU decoder with general global attention ` +
    `(Luong et al. 2015), ${hiddenSize} units, embeddings of ${embeddingSize}, trained with ${mapping} for ${best.step} steps, seed ${seed}. ` +
    `Dev: ${percent(dev.tokenAccuracy)} of the words right given those before, ${percent(dev.exactMatches)} of ${dev.sentences} sentences ` +
    `translated exactly, ${percent(dev.copyAlignment)} of ${dev.copies} copied words with their largest weight on themselves. ` +
    `Shown: ${examples.length} of the ${right.length} sentences, among ${test.length} of the test split, that were translated exactly ` +
    `(at least ${FEWEST_WORDS} tokens, none unknown), from short to long. Scores are the model's own, before any mapping.`;
  await mkdir(dirname(options.out), { recursive: true });
  await writeFile(options.out, `${JSON.stringify({ source: `${data.source} to ${data.target}`, note, examples })}\n`);
  translator.dispose();
  console.log(`${note}\n${options.out}`);
}

try {
  await exportTranslation();
} catch (error) {
  // What the user gave is told in one line; anything else is a fault of the script.
  const mistake =
    error instanceof RangeError || error instanceof DataError || String(error.code).startsWith("ERR_PARSE_ARGS");
  if (!mistake) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
