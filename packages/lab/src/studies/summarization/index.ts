export { summarization } from "./study.ts";
