/** Densities and attention on continuous domains. */
export {
  betaGaussian,
  canonicalGaussian,
  gaussian,
  matchedScale,
  matchMoments,
  truncatedParabola,
} from "./density/beta-gaussian.ts";
export type { BetaGaussian, GaussianGradient, GaussianParameters, MatchedScale } from "./density/beta-gaussian.ts";
export { betaLaplace, laplace, matchLaplace, triangular } from "./density/beta-laplace.ts";
export type { BetaLaplace, LaplaceGradient, LaplaceParameters } from "./density/beta-laplace.ts";
export { mixture } from "./density/mixture.ts";
export type { Component, Mixture, MixtureGradient } from "./density/mixture.ts";
export type { AtPoints, Density, Numbers, Support } from "./density/density.ts";
export type { Random } from "./numeric/random.ts";
export { fenchelYoungLoss } from "./density/fenchel-young.ts";
export type { GaussianLoss, LaplaceLoss } from "./density/fenchel-young.ts";
export { fourierBasis, gaussianBasis, gaussianGrid, piecewiseBasis } from "./basis/basis.ts";
export type { Basis, FourierBasis, GaussianBasis, PiecewiseBasis } from "./basis/basis.ts";
export { basisExpectation } from "./expectation/expectation.ts";
export type { ExpectationVjp } from "./expectation/expectation.ts";
export type { BatchGradient, BatchParameters } from "./density/density-batch.ts";
export { gridPositions, positions, regressionMatrix } from "./basis/regression.ts";
export type { RidgeOptions } from "./basis/regression.ts";
export { continuousAttention } from "./attention/attention.ts";
export type { ContinuousAttentionOptions, ContinuousAttentionVjp } from "./attention/attention.ts";
export { combinedAttention } from "./attention/combined.ts";
export type { CombinedAttentionOptions, CombinedAttentionVjp } from "./attention/combined.ts";
export { chooseMixture, fitMixture } from "./density/weighted-em.ts";
export type { ChoiceOptions, FitOptions, FittedMixture, MixtureParameters } from "./density/weighted-em.ts";
export { multimodalAttention } from "./attention/multimodal.ts";
export type { MultimodalAttentionOptions, MultimodalAttentionVjp } from "./attention/multimodal.ts";
