export { translation } from "./study.ts";
