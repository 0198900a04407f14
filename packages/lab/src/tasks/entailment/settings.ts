/** The study's settings, with the values they have when nothing else is asked for. */
import type { Setting } from "../task.ts";
import { entailmentModels } from "./compiled.ts";

export const entailmentSettings: readonly Setting[] = [
  {
    name: "model",
    description: "decomposable attention, or recurrent with word-by-word attention",
    value: "decomposable",
    among: Object.keys(entailmentModels),
  },
  {
    name: "protocol",
    description: "full needs SNLI's training set; auto takes it where it is",
    value: "auto",
    among: ["auto", "reduced", "full"],
  },
  { name: "epochs", description: "most passes over the training data", value: 8, least: 1, whole: true },
  {
    name: "patience",
    description: "epochs without a better dev loss before stopping",
    value: 3,
    least: 1,
    whole: true,
  },
  { name: "batchSize", description: "items a step", value: 32, least: 1, whole: true },
  { name: "learningRate", description: "Adam's step size at the start", value: 2e-3, least: 1e-7, most: 1 },
  { name: "warmEpochs", description: "passes after a common start", value: 3, least: 1, whole: true },
  {
    name: "warmLearningRate",
    description: "Adam's step size after a common start",
    value: 5e-4,
    least: 1e-7,
    most: 1,
  },
  { name: "maxWords", description: "words of a text that the model reads", value: 64, least: 1, whole: true },
  { name: "vocabularySize", description: "words that the model knows", value: 12000, least: 1, whole: true },
  { name: "embeddingSize", description: "features of a word", value: 100, least: 1, whole: true },
  { name: "hiddenSize", description: "features of a word in its context", value: 100, least: 1, whole: true },
  { name: "wordDropout", description: "share of the words dropped in training", value: 0.1, least: 0, most: 0.95 },
  {
    name: "featureDropout",
    description: "share of every layer's features dropped in training",
    value: 0.3,
    least: 0,
    most: 0.95,
  },
  { name: "smoothing", description: "label smoothing", value: 0.1, least: 0, most: 0.9 },
  { name: "weightDecay", description: "decoupled weight decay", value: 0, least: 0, most: 1 },
];
