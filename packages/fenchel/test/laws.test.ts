/** The laws of every mapping of the registry, on both backends. */
import { describe, expect, test } from "vitest";
import { propertyTimeout } from "../../../testing/property.ts";
import { lawsOfDerivatives } from "./laws/derivatives.ts";
import { lawsOfValues } from "./laws/values.ts";
import { lawsOfWeights } from "./laws/weights.ts";
import { backends } from "./support/backends.ts";
import { entries } from "./support/every-row.ts";

const laws = [...lawsOfWeights, ...lawsOfDerivatives, ...lawsOfValues];

for (const backend of backends) {
  for (const entry of entries) {
    describe(`${entry.name}, ${backend.name}`, () => {
      for (const law of laws) {
        if (law.leftOut?.(entry) !== undefined) continue;
        test(law.name, () => law.check(entry, backend), propertyTimeout);
      }
    });
  }
}

test("nothing is left out but what has no meaning for a mapping", () => {
  const leftOut = laws.flatMap((law) =>
    entries.flatMap((entry) => {
      const reason = law.leftOut?.(entry);
      return reason === undefined ? [] : [`${entry.name}: ${law.name} (${reason})`];
    }),
  );
  expect(leftOut).toEqual([
    "budgetmax: a common offset changes nothing, and adds itself to max (a constant added to all scores changes the weights)",
    "budgetmax: its Jacobian is blind to constants (a constant added to all scores changes the weights)",
  ]);
});
