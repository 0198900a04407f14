/** The views in the order of the navigation. */
import type { PageView } from "../core/view.ts";
import { geometry } from "./geometry/geometry.ts";
import { gradients } from "./gradients/gradients.ts";
import { weights } from "./weights/weights.ts";

export const views: readonly PageView[] = [weights, geometry, gradients];
