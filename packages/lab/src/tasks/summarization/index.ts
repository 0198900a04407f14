export { summarization } from "./task.ts";
