/** Regularizers given by value, gradient and Hessian product, and the mappings that `regularized` makes of them. */
import { regularized, type AnyMapping, type Regularizer, type RegistryEntry } from "../../src/index.ts";

/** sum y log y: softmax. */
export const entropy: Regularizer = {
  name: "rebuilt softmax",
  value: (y) => y.reduce((sum, weight) => sum + (weight > 0 ? weight * Math.log(weight) : 0), 0),
  gradient: (y, out) => y.forEach((weight, i) => (out[i] = Math.log(weight) + 1)),
  hessianProduct: (y, u, out) => y.forEach((weight, i) => (out[i] = u[i]! / weight)),
  strongConvexity: 1,
};

/** |y|^2 / 2: sparsemax. */
export const square: Regularizer = {
  name: "rebuilt sparsemax",
  value: (y) => y.reduce((sum, weight) => sum + weight ** 2 / 2, 0),
  gradient: (y, out) => out.set(y),
  hessianProduct: (_, u, out) => out.set(u),
  strongConvexity: 1,
  smoothness: 1,
};

/** |y|_p^2 / 2 for p in (1, 2]: the gradient is finite at 0, the curvature there is not. */
export function powerNorm(p: number): Regularizer {
  const norm = (y: Float64Array) => y.reduce((sum, weight) => sum + weight ** p, 0) ** (1 / p);
  return {
    name: `rebuilt sqPnormMax ${p}`,
    value: (y) => norm(y) ** 2 / 2,
    gradient: (y, out) => {
      const n = norm(y);
      y.forEach((weight, i) => (out[i] = weight ** (p - 1) * n ** (2 - p)));
    },
    hessianProduct: (y, u, out) => {
      const n = norm(y);
      const along = y.reduce((sum, weight, i) => sum + weight ** (p - 1) * u[i]!, 0);
      y.forEach((weight, i) => {
        const own = (p - 1) * n ** (2 - p) * weight ** (p - 2) * u[i]!;
        out[i] = own + (2 - p) * n ** (2 - 2 * p) * weight ** (p - 1) * along;
      });
    },
  };
}

/** |y|^2 / 2 + lambda sum sqrt((y_{i+1} - y_i)^2 + epsilon^2): fusedmax without its kinks. */
export function smoothFused(lambda: number, epsilon: number): Regularizer {
  const length = (jump: number) => Math.sqrt(jump * jump + epsilon * epsilon);
  return {
    name: `smooth fusedmax ${lambda} ${epsilon}`,
    value: (y) =>
      y.reduce((sum, weight, i) => sum + weight ** 2 / 2 + (i > 0 ? lambda * length(weight - y[i - 1]!) : 0), 0),
    gradient: (y, out) => {
      out.set(y);
      for (let i = 1; i < y.length; i++) {
        const pull = (lambda * (y[i]! - y[i - 1]!)) / length(y[i]! - y[i - 1]!);
        out[i]! += pull;
        out[i - 1]! -= pull;
      }
    },
    hessianProduct: (y, u, out) => {
      out.set(u);
      for (let i = 1; i < y.length; i++) {
        const stiffness = (lambda * epsilon * epsilon) / length(y[i]! - y[i - 1]!) ** 3;
        out[i]! += stiffness * (u[i]! - u[i - 1]!);
        out[i - 1]! -= stiffness * (u[i]! - u[i - 1]!);
      }
    },
    strongConvexity: 1,
    smoothness: 1 + (4 * lambda) / epsilon,
  };
}

/** |y|^2 / 2 + lambda sum huber(y_{i+1} - y_i), quadratic up to delta and linear beyond. */
export function huberFused(lambda: number, delta: number): Regularizer {
  return {
    name: `huber fusedmax ${lambda} ${delta}`,
    value: (y) =>
      y.reduce((sum, weight, i) => {
        const jump = i > 0 ? Math.abs(weight - y[i - 1]!) : 0;
        return sum + weight ** 2 / 2 + lambda * (jump <= delta ? jump ** 2 / (2 * delta) : jump - delta / 2);
      }, 0),
    gradient: (y, out) => {
      out.set(y);
      for (let i = 1; i < y.length; i++) {
        const pull = lambda * Math.min(Math.max((y[i]! - y[i - 1]!) / delta, -1), 1);
        out[i]! += pull;
        out[i - 1]! -= pull;
      }
    },
    hessianProduct: (y, u, out) => {
      out.set(u);
      for (let i = 1; i < y.length; i++) {
        const stiffness = Math.abs(y[i]! - y[i - 1]!) <= delta ? lambda / delta : 0;
        out[i]! += stiffness * (u[i]! - u[i - 1]!);
        out[i - 1]! -= stiffness * (u[i]! - u[i - 1]!);
      }
    },
  };
}

/** sum y log y + |y|^2: steep at 0, with no closed form. */
export const entropyAndSquare: Regularizer = {
  name: "entropy and square",
  value: (y) => entropy.value(y) + 2 * square.value(y),
  gradient: (y, out) => y.forEach((weight, i) => (out[i] = Math.log(weight) + 1 + 2 * weight)),
  hessianProduct: (y, u, out) => y.forEach((weight, i) => (out[i] = u[i]! / weight + 2 * u[i]!)),
  hessianDiagonal: (y, out) => y.forEach((weight, i) => (out[i] = 1 / weight + 2)),
};

function entryOf(omega: Regularizer, symmetry: RegistryEntry["symmetry"], sparse: boolean): RegistryEntry {
  return {
    name: omega.name,
    mapping: regularized(omega) as unknown as AnyMapping,
    formula: omega.name,
    effect: "a mapping of the user's own",
    cost: "some tens of gradients",
    parameter: null,
    domain: "simplex",
    shiftInvariant: true,
    ...(omega.strongConvexity === undefined ? {} : { euclideanModulus: omega.strongConvexity }),
    symmetry,
    sparse,
    grouped: false,
    kernel: false,
    paper: "",
  };
}

/** Mappings made of regularizers, in the form of the registry, for the laws. */
export const regularizedEntries: readonly RegistryEntry[] = [
  entryOf(powerNorm(1.5), "permutation", true),
  entryOf(smoothFused(0.1, 0.05), "reversal", true),
  entryOf(entropyAndSquare, "permutation", false),
];
