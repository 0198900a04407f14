/** Every study by its name. */
import { classification } from "./imdb/index.ts";
import { entailment } from "./entailment/task.ts";
import type { Study, StudyData } from "./task.ts";
import { summarization } from "./summarization/index.ts";
import { translation } from "./translation/index.ts";
import { vqa } from "./vqa/task.ts";

const all = [entailment, translation, summarization, classification, vqa];

/** The studies, as the comparison sees them: their data only passes through it. */
export const studies = all as unknown as readonly Study[];

/** The study of a name that is known to exist. */
export function studyNamed<D extends StudyData = StudyData>(name: string): Study<D> {
  const found = studies.find((study) => study.name === name);
  if (found === undefined) throw new RangeError(`study is ${JSON.stringify(name)}: there is no such study`);
  return found as unknown as Study<D>;
}
