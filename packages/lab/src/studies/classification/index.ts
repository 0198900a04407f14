/** The study of film reviews. */
export { classification } from "./study.ts";
