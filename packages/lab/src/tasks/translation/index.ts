export { translation } from "./task.ts";
