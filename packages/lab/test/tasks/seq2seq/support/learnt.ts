/** Small sequence models, how their writing is searched for in the tests, and what must hold for any that has learnt the toy. */
import { tree } from "@jax-js/jax";
import { afterEach, expect } from "vitest";
import { beamSearch } from "../../../../src/tasks/seq2seq/beam.ts";
import { raggedArray, rowAt } from "../../../../src/base/ragged.ts";
import { evaluateTeacherForced } from "../../../../src/tasks/seq2seq/teacher-forcing.ts";
import { recurrentModel } from "../../../../src/tasks/seq2seq/recurrent.ts";
import { transformerModel, type AttentionScope } from "../../../../src/tasks/seq2seq/transformer.ts";
import { positions, toyPairs, toySentences, type Trained } from "./toy.ts";

export const recurrent = (inputFeeding = false) => recurrentModel({ embedding: 12, hidden: 16, inputFeeding });
export const transformer = (scope: AttentionScope, layers = 2) =>
  transformerModel({ features: 16, layers, heads: 2, inner: 32, scope });

/** Keeps what it is given until the test has ended, and frees it then. */
export function heldForTest(): (trained: Trained) => Trained {
  const held: Trained[] = [];
  afterEach(() => {
    for (const { model, parameters } of held.splice(0)) {
      model.dispose();
      tree.dispose(parameters);
    }
  });
  return (trained) => {
    held.push(trained);
    return trained;
  };
}

export const decoding = { rows: 8, lengthPenalty: 0, mostTokens: () => 9, unknowns: false };

/** What must hold for any trained model: it has learnt the toy, one beam is greedy, more beams find nothing worse. */
export async function expectLearnt({ model, parameters }: Trained): Promise<void> {
  const { loss, accuracy } = await evaluateTeacherForced(model, parameters, toyPairs, positions);
  expect(accuracy).toBeGreaterThan(0.95);
  expect(loss).toBeLessThan(0.25);
  const greedy = await beamSearch(model, parameters, toyPairs.source, { ...decoding, beams: 1 });
  const wide = await beamSearch(model, parameters, toyPairs.source, { ...decoding, beams: 3 });
  const right = greedy.filter(({ ids }, i) => ids.join() === toySentences[i]!.toReversed().join());
  expect(right.length).toBeGreaterThanOrEqual(22);
  wide.forEach(({ logProbability }, i) =>
    expect(logProbability).toBeGreaterThanOrEqual(greedy[i]!.logProbability - 1e-4),
  );
  for (const [i, { weights, ended, ids }] of greedy.entries()) {
    expect(weights).toHaveLength(ids.length + Number(ended));
    for (const row of weights) {
      expect(row).toHaveLength(toySentences[i]!.length);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
    }
  }
  // Given what greedy search wrote, word for word, each was the most probable, and the probabilities are those of the search.
  const own = { source: toyPairs.source, target: raggedArray(greedy.map(({ ids }) => ids)) };
  await evaluateTeacherForced(model, parameters, own, positions, {
    collect: ({ chosen, losses }, index) => {
      const { ids, ended, logProbability } = greedy[index]!;
      expect(Array.from(chosen.slice(0, ids.length))).toEqual(Array.from(ids));
      if (ended) expect(-losses.reduce((sum, one) => sum + one, 0)).toBeCloseTo(logProbability, 2);
      expect(rowAt(own.target, index)).toEqual(ids);
    },
  });
}
