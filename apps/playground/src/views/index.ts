/** The views in the order of the navigation; those over trained models only where the models are. */
import { hasModel } from "../core/models.ts";
import type { PageView } from "../core/view.ts";
import { continuous } from "./continuous/continuous.ts";
import { geometry } from "./geometry/geometry.ts";
import { gradients } from "./gradients/gradients.ts";
import { text } from "./text/text.ts";
import { translation } from "./translation/translation.ts";
import { weights } from "./weights/weights.ts";

export const views: readonly PageView[] = [
  weights,
  geometry,
  gradients,
  continuous,
  ...(hasModel("spam.json") ? [text] : []),
  ...(hasModel("translation.json") ? [translation] : []),
];
