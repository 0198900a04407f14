/** The study of film reviews. */
export { classification } from "./task.ts";
