/** All tasks, one line each. */
import { RunError } from "../base/run-error.ts";
import { entailment } from "./entailment/task.ts";
import { imdb } from "./imdb/task.ts";
import { movieRationales } from "./movie-rationales/task.ts";
import { spam } from "./spam/task.ts";
import { summarization } from "./summarization/task.ts";
import type { Task } from "./task.ts";
import { translation } from "./translation/task.ts";
import { vqa } from "./vqa/task.ts";

const all: Task[] = [spam, entailment, translation, summarization, imdb, movieRationales, vqa];

/** The tasks, as commands and comparisons see them: their data only passes through. */
export const tasks: readonly Task[] = all;

/** Module of a registered task, for worker processes. */
const modules = new Map<string, string>();

/**
 * Adds a task to the commands and comparisons of this process.
 *
 * @param task - A name that is taken replaces the task of that name.
 * @param module - URL of a module whose default export is the task: worker processes, which know the lab's own tasks only, import it.
 */
export function registerTask<V, S, B, P, E>(task: Task<V, S, B, P, E>, module?: string): void {
  const index = all.findIndex(({ name }) => name === task.name);
  all.splice(index < 0 ? all.length : index, index < 0 ? 0 : 1, task as unknown as Task);
  if (module === undefined) modules.delete(task.name);
  else modules.set(task.name, module);
}

/** URL of the module of a registered task; undefined for the lab's own. */
export const taskModule = (name: string): string | undefined => modules.get(name);

/** The task of a name. Throws a RunError for a name that no task has. */
export function taskNamed(name: string): Task {
  const found = all.find((task) => task.name === name);
  if (found === undefined) {
    throw new RunError(
      `there is no task ${JSON.stringify(name)}; choose one of ${all.map((task) => task.name).join(", ")}`,
    );
  }
  return found;
}
