// A recorded comparison of a study as text: a short table for the README, and a page with everything for docs/results.

export const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

export const day = (date) => date.slice(0, 10);

const count = (number) => number.toLocaleString("en-US");

/** What the README says a study's data are, and its columns: the keys of measures and what they are called there. */
const short = {
  entailment: {
    about: "Stanford Natural Language Inference, a reduced protocol",
    columns: {
      accuracy: "accuracy, %",
      zeros: "zeros, %",
      segments: "segments a word",
      entropy: "entropy, nats",
      alignmentError: "error against human links: greatest weight, %",
      shareError: "weights above 0.1, %",
    },
  },
  translation: {
    about: "Multi30k's captions, German to English, test2016, a transformer over 4,000 subwords, beam 5",
    columns: {
      bleu: "BLEU",
      chrf: "chrF",
      zeros: "zeros, %",
      support: "pieces kept",
      segments: "segments",
      entropy: "entropy, nats",
      alignmentError: "alignment error, %",
    },
  },
  summarization: {
    about: "Google sentence compression, a transformer that may copy words, beam 5",
    columns: {
      rouge1: "ROUGE-1, %",
      rouge2: "ROUGE-2, %",
      rougeL: "ROUGE-L, %",
      zeros: "zeros, %",
      segments: "segments",
      entropy: "entropy, nats",
      alignmentError: "error against the words kept, %",
    },
  },
  classification: {
    about: "IMDB film reviews, the official split, the first 512 words",
    columns: {
      accuracy: "accuracy, %",
      loss: "loss, nats",
      zeros: "zeros, %",
      support: "words kept",
      deviation: "density's deviation, % of the text",
    },
  },
  rationales: {
    about: "Film reviews with people's reasons (Zaidan and Eisner 2007; DeYoung et al. 2020), the first 1,024 words",
    columns: {
      accuracy: "accuracy, %",
      segments: "segments",
      tokenF1: "token F1, %",
      rationaleArea: "AUPRC, %",
      rationalePrecision: "average precision, %",
      sufficiency: "sufficiency",
      comprehensiveness: "comprehensiveness",
    },
  },
  vqa: {
    about: "easy-VQA, pictures of one coloured shape (Zhou 2020), the official test questions",
    columns: {
      accuracy: "accuracy, %",
      mass: "on the shape, %",
      tightness: "region, x the shape",
      recall: "part of the shape within, %",
      iou: "overlap, IoU %",
    },
  },
};

/** A mapping with its options under it. */
export function choiceCell({ mapping, mappingOptions }) {
  const options = Object.entries(mappingOptions).map(([option, value]) => `${option} ${value}`);
  return options.length === 0 ? mapping : `${mapping}<br>${options.join(", ")}`;
}

function figureCell({ scale, digits }, spread) {
  if (spread === null) return "";
  const text = (value) => (value * scale).toFixed(digits);
  return spread.deviation === null ? text(spread.mean) : `${text(spread.mean)} ± ${text(spread.deviation)}`;
}

/** How sure the tested measure is, after whatever else there is to a row: its interval and the chance of as large a difference. */
function sureness({ tested, measures }) {
  if (tested === null || tested === undefined) return { titles: [], cells: () => [] };
  const { title, digits, scale } = measures.find(({ key }) => key === tested.key);
  const text = (value) => (value * scale).toFixed(digits);
  return {
    titles: [`${title}, 95 % of ${count(tested.resamples)} resamples`, `p against ${tested.choices[0].mapping}`],
    cells: (i) => {
      const { low, high, against } = tested.choices[i];
      return [`${text(low)} to ${text(high)}`, against === null ? "" : against.pValue.toFixed(3)];
    },
  };
}

function measuresTable(report, columns) {
  const rows = report.summary.map((choice) => [
    choiceCell(choice),
    ...columns.map(({ measure }) => figureCell(measure, choice.figures[measure.key])),
  ]);
  return { head: ["attention", ...columns.map(({ title }) => title)], rows };
}

const known = (report) =>
  report.measures.filter(({ key }) => report.summary.some(({ figures }) => figures[key] !== null));

/** How much there was to learn from, and how often. */
function extent({ summary, data }) {
  const seeds = summary[0].seeds.length;
  const over = seeds === 1 ? "one seed" : `mean and standard deviation over ${seeds} seeds`;
  return `${count(data.train)} to train on, ${count(data.dev)} to choose by, ${count(data.test)} to test on; ${over}`;
}

/** The README's section of a study. */
export function studySection(name, report) {
  const columns = Object.entries(short[name].columns).map(([key, title]) => {
    const measure = report.measures.find((one) => one.key === key);
    if (measure === undefined) throw new Error(`docs/results/${name}.json has no measure ${key}`);
    return { measure, title };
  });
  const { head, rows } = measuresTable(report, columns);
  const sure = sureness(report);
  return [
    `${short[name].about}: ${extent(report)} (${day(report.date)}; [every measure, the command and published figures](docs/results/${name}.md)).`,
    "",
    table(
      [...head, ...sure.titles],
      rows.map((row, i) => [...row, ...sure.cells(i)]),
    ),
  ].join("\n");
}

/** The page of a study: how it was made, all of its measures by their groups, and what papers published. */
export function studyPage(name, report) {
  const { data, warmStart, machine } = report;
  const measures = known(report);
  const groups = [...new Set(measures.map(({ group }) => group))];
  const sure = sureness(report);
  const start =
    warmStart === null
      ? ""
      : ` One softmax run of each seed was trained for at most ${warmStart.before} epochs; every row, softmax too, went on from it for ${warmStart.epochs}.`;
  return `${[
    `# ${name}`,
    "",
    `Written by \`npm run readme\` from ${name}.json, which also keeps every run's figures.`,
    "",
    `${data.description}: ${extent(report)}.`,
    "",
    `${data.note}${start}`,
    "",
    "```sh",
    `npx ${report.command}`,
    "```",
    "",
    `${day(report.date)}, ${machine.description}, ${machine.cores} cores; data SHA-256 \`${data.checksum}\`.`,
    ...groups.flatMap((group) => {
      const columns = measures
        .filter((measure) => measure.group === group)
        .map((measure) => ({ measure, title: `${measure.title}${measure.unit === "" ? "" : `, ${measure.unit}`}` }));
      const { head, rows } = measuresTable(report, columns);
      return ["", `## ${group}`, "", table(head, rows)];
    }),
    ...(sure.titles.length === 0
      ? []
      : [
          "",
          "## How sure",
          "",
          `On the first seed's ${count(report.tested.items)} test items: the interval by the bootstrap, p by paired randomization, two-sided.`,
          "",
          table(
            ["attention", ...sure.titles],
            report.summary.map((choice, i) => [choiceCell(choice), ...sure.cells(i)]),
          ),
        ]),
    ...report.published.flatMap(({ caption, columns, rows }, i) => [
      "",
      ...(i === 0 ? ["## Published", ""] : []),
      caption,
      "",
      table(["", ...columns], rows),
    ]),
  ].join("\n")}\n`;
}
