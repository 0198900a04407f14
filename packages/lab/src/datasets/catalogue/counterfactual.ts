/** The repository of the counterfactual reviews and pairs (Kaushik et al. 2020), and the commit that is used. */

export const COUNTERFACTUAL = [
  "acmi-lab/counterfactually-augmented-data",
  "6f232a1d2a11462a30ce08fb4825b734ab30828e",
] as const;
