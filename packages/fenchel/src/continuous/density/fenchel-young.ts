/** Fenchel-Young losses on continuous domains. */
import { valueError } from "../../core/arguments.ts";
import type { BetaGaussian } from "./beta-gaussian.ts";
import type { BetaLaplace } from "./beta-laplace.ts";

/** A loss and its gradients, in the canonical parameters of the model and in its location and squared scale. */
export interface GaussianLoss {
  readonly loss: number;
  readonly canonical: { readonly linear: Float64Array; readonly quadratic: Float64Array };
  readonly location: Float64Array;
  readonly scale2: Float64Array;
}

export interface LaplaceLoss {
  readonly loss: number;
  readonly location: number;
  readonly scale: number;
}

function gaussianLoss(model: BetaGaussian, target: BetaGaussian): GaussianLoss {
  const n = model.dimension;
  const { quadratic } = model.canonical;
  const linear = new Float64Array(n);
  const second = new Float64Array(n * n);
  const excess = new Float64Array(n * n);
  const location = new Float64Array(n);
  const scale2 = new Float64Array(n * n);
  let energy = 0;
  for (let i = 0; i < n; i++) {
    linear[i] = model.mean[i] - target.mean[i];
    for (let j = 0; j < n; j++) {
      const at = i * n + j;
      const u = target.mean[i] - model.mean[i];
      const v = target.mean[j] - model.mean[j];
      energy -= quadratic[at] * (target.covariance[at] + u * v);
      excess[at] = model.covariance[at] - target.covariance[at] - u * v;
      second[at] =
        model.covariance[at] + model.mean[i] * model.mean[j] - target.covariance[at] - target.mean[i] * target.mean[j];
      location[i] += 2 * quadratic[at] * v;
    }
  }
  // Sigma^-1 excess Sigma^-1 / 2 with Sigma^-1 = -2 quadratic.
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < n; p++) {
        for (let q = 0; q < n; q++) sum += quadratic[i * n + p] * excess[p * n + q] * quadratic[q * n + j];
      }
      scale2[i * n + j] = 2 * sum;
    }
  }
  return {
    loss: model.conjugate - target.entropy + energy,
    canonical: { linear, quadratic: second },
    location,
    scale2,
  };
}

function laplaceLoss(model: BetaLaplace, target: BetaLaplace): LaplaceLoss {
  // E|t - mu| under p(t) = p(0) (1 - k |t| / w)^(1/k), w = unit: |d| + w (1 - k |d| / w)_+^(1/k + 2) / (1 + 2 k).
  const k = model.alpha - 1;
  const moment = (distance: number, unit: number) => {
    const x = distance / unit;
    if (k * x >= 1) return { size: distance, slope: 1 };
    const log = k === 0 ? -x : Math.log1p(-k * x);
    const power = k === 0 ? Math.exp(log) : Math.exp((1 / k + 2) * log);
    return { size: distance + (unit * power) / (1 + 2 * k), slope: 1 - (k === 0 ? power : power / (1 - k * x)) };
  };
  const unitOf = ({ covariance }: BetaLaplace) => Math.sqrt((covariance[0] * (1 + 2 * k) * (1 + 3 * k)) / 2);
  const gap = model.location - target.location;
  const { size, slope } = moment(Math.abs(gap), unitOf(target));
  const own = moment(0, unitOf(model)).size;
  return {
    loss: model.conjugate - target.entropy + size / model.scale,
    location: (slope * Math.sign(gap)) / model.scale,
    scale: (own - size) / model.scale ** 2,
  };
}

/**
 * The Fenchel-Young loss L(f; p) = Omega*(f) + Omega(p) - E_p[f] of the model's score f against a target density p of the
 * same family and alpha: 0 or more, 0 where they are equal, convex in the canonical parameters, whose gradient is the
 * difference of the expected statistics (t, t t^T). At alpha = 1 it is the Kullback-Leibler divergence KL(p, model).
 *
 * - `model`, `target`: both beta-Gaussian of one dimension, or both beta-Laplace, with one alpha; else a RangeError.
 * - Cost: O(n^4) for beta-Gaussians in n dimensions.
 *
 * Martins et al., "Sparse Continuous Distributions and Fenchel-Young Losses" (2022).
 *
 * @example
 * const target = gaussian({ location: 1, scale2: 1 });
 * fenchelYoungLoss(gaussian({ location: 0, scale2: 1 }), target).loss; // 0.5
 */
export function fenchelYoungLoss(model: BetaGaussian, target: BetaGaussian): GaussianLoss;
export function fenchelYoungLoss(model: BetaLaplace, target: BetaLaplace): LaplaceLoss;
export function fenchelYoungLoss(
  model: BetaGaussian | BetaLaplace,
  target: BetaGaussian | BetaLaplace,
): GaussianLoss | LaplaceLoss {
  if (target.alpha !== model.alpha)
    throw valueError("target.alpha", target.alpha, `${model.alpha} (the model's) is needed`);
  if (target.dimension !== model.dimension) {
    throw valueError("target.dimension", target.dimension, `${model.dimension} (the model's) is needed`);
  }
  if (model.family === "beta-gaussian" && target.family === "beta-gaussian") return gaussianLoss(model, target);
  if (model.family === "beta-laplace" && target.family === "beta-laplace") return laplaceLoss(model, target);
  throw valueError("target.family", target.family, `${model.family} (the model's) is needed`);
}
