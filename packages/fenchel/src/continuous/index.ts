/** Densities and attention on continuous domains. */
export {
  betaGaussian,
  canonicalGaussian,
  gaussian,
  matchedScale,
  matchMoments,
  truncatedParabola,
} from "./beta-gaussian.ts";
export type { BetaGaussian, GaussianGradient, GaussianParameters, MatchedScale } from "./beta-gaussian.ts";
export { betaLaplace, laplace, matchLaplace, triangular } from "./beta-laplace.ts";
export type { BetaLaplace, LaplaceGradient, LaplaceParameters } from "./beta-laplace.ts";
export { mixture } from "./mixture.ts";
export type { Component, Mixture, MixtureGradient } from "./mixture.ts";
export type { AtPoints, Density, Numbers, Support } from "./density.ts";
export type { Random } from "./random.ts";
export { fenchelYoungLoss } from "./fenchel-young.ts";
export type { GaussianLoss, LaplaceLoss } from "./fenchel-young.ts";
export { fourierBasis, gaussianBasis, gaussianGrid, piecewiseBasis } from "./basis.ts";
export type { Basis, FourierBasis, GaussianBasis, PiecewiseBasis } from "./basis.ts";
export { basisExpectation } from "./expectation.ts";
export type { ExpectationVjp } from "./expectation.ts";
export type { BatchGradient, BatchParameters } from "./density-batch.ts";
export { gridPositions, positions, regressionMatrix } from "./ridge.ts";
export type { RidgeOptions } from "./ridge.ts";
export { continuousAttention } from "./attention.ts";
export type { ContinuousAttentionOptions, ContinuousAttentionVjp } from "./attention.ts";
export { combinedAttention } from "./combined.ts";
export type { CombinedAttentionOptions, CombinedAttentionVjp } from "./combined.ts";
export { chooseMixture, fitMixture } from "./weighted-em.ts";
export type { ChoiceOptions, FitOptions, FittedMixture, MixtureParameters } from "./weighted-em.ts";
export { multimodalAttention } from "./multimodal.ts";
export type { MultimodalAttentionOptions, MultimodalAttentionVjp } from "./multimodal.ts";
