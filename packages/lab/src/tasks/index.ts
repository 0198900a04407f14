/** Every study by its name. */
import { classification } from "./imdb/index.ts";
import { entailment } from "./entailment/task.ts";
import type { Task, TaskData } from "./task.ts";
import { summarization } from "./summarization/index.ts";
import { translation } from "./translation/index.ts";
import { vqa } from "./vqa/task.ts";

const all = [entailment, translation, summarization, classification, vqa];

/** The studies, as the comparison sees them: their data only passes through it. */
export const tasks = all as unknown as readonly Task[];

/** The study of a name that is known to exist. */
export function taskNamed<D extends TaskData = TaskData>(name: string): Task<D> {
  const found = tasks.find((study) => study.name === name);
  if (found === undefined) throw new RangeError(`study is ${JSON.stringify(name)}: there is no such study`);
  return found as unknown as Task<D>;
}
