/** Programs of the builds: each leaves what it computed, or a promise of it, in globalThis.outcome. */

/** Uses every entry of "fenchel" in float64, on a kernel and on continuous domains. */
export const mappings = `
import { attention, continuousAttention, fusedmax, piecewiseBasis, registry, sparsemax } from "fenchel";
const basis = piecewiseBasis({ count: 2 });
globalThis.outcome = {
  double: fusedmax([1, 2.1, 1.9], { lambda: 0.1 }),
  single: Array.from(fusedmax(Float32Array.of(1, 2.1, 1.9), { lambda: 0.1 }), (w) => Number(w.toFixed(5))),
  context: attention([1, 0], [4, 0, 0, 4], [1, 2, 3, 4], { features: 2, mapping: sparsemax, scale: 1 }),
  continuous: continuousAttention([1, 3], { shape: [2, 1], basis, ridge: 0, location: 0.5, scale2: 0.01 }),
  mappings: registry.length,
};`;

/** The outcome of `mappings`. */
export const mappingsOutcome = (count: number) => ({
  double: [0, 0.5, 0.5],
  single: [0, 0.5, 0.5],
  context: [1, 2],
  continuous: [2],
  mappings: count,
});

/** A call that workers share. `worker` is the option of that name; `from` names the two modules. */
export const workers = (worker = "undefined", from = ["fenchel", "fenchel/parallel"]) => `
import { sparsemax } from "${from[0]}";
import { startWorkers, stopWorkers } from "${from[1]}";
globalThis.outcome = (async () => {
  const options = { shape: [64, 16] };
  const scores = Float32Array.from({ length: 1024 }, (_, i) => Math.sin(3 * i) + Math.cos(i * i));
  const alone = sparsemax(scores, options);
  const threads = await startWorkers({ threads: 2, minimum: 1, worker: ${worker} });
  const together = sparsemax(scores, options);
  stopWorkers();
  return { threads, same: together.every((weight, i) => weight === alone[i]), sum: Math.round(together.reduce((a, b) => a + b)) };
})().catch((error) => ({ error: String(error.message) }));`;

export const workersOutcome = { threads: 2, same: true, sum: 64 };

/** The same where the builder leaves `import` to Node: as a CommonJS module. */
export const required = (module: string) =>
  module.replaceAll(
    /import \{([^}]*)\} from ("[^"]*");/g,
    (_, names: string, from: string) => `const {${names.replaceAll(" as ", ": ")}} = require(${from});`,
  );

/** A mapping inside a program of the engine, which must be the one that "fenchel/jax" has. */
export const engine = `
import { init, numpy as np, tree } from "@jax-js/jax";
import { attender, sparsemax } from "fenchel/jax";
globalThis.outcome = (async () => {
  await init("wasm");
  const weights = sparsemax(np.array([1, 0.5, -1])).js();
  const step = attender("fusedmax", { lambda: 0.1 }).valueAndGrad((attend, x) => attend(x).mul(np.array([1, 2, 4])).sum());
  const [value, gradient] = await step(np.array([1, 2.1, 1.9]));
  return { weights, value: Number(value.item().toFixed(5)), gradient: gradient.js() };
})();`;

export const engineOutcome = { weights: [0.75, 0.25, 0], value: 3, gradient: [0, 0, 0] };
