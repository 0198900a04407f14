// A job's process that does as its message says, for tests of the pool.
import { existsSync, writeFileSync } from "node:fs";

const send = (message) => process.send(message, () => process.disconnect());

process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
process.on("message", (job) => {
  const { action, file } = job;
  process.send({ kind: "progress", progress: { pid: process.pid, action } });
  if (action === "work") setTimeout(() => send({ kind: "done", result: job.value * 2 }), job.milliseconds ?? 0);
  else if (action === "throw") throw new Error("a fault of ours");
  else if (action === "user") {
    // Fails once the job beside it is under way.
    const waiting = setInterval(() => {
      if (!existsSync(file)) return;
      clearInterval(waiting);
      send({ kind: "failed", user: true, message: "the disk is full", stack: "" });
    }, 10);
  } else if (action === "hang") {
    if (file !== undefined) writeFileSync(file, "");
    setInterval(() => {}, 1000);
  } else if (action === "stubborn") {
    process.on("SIGTERM", () => {});
    setInterval(() => {}, 1000);
  } else if (action === "kill") process.kill(process.pid, "SIGKILL");
  else if (action === "kill-once") {
    if (existsSync(file)) send({ kind: "done", result: "second" });
    else {
      writeFileSync(file, "");
      process.kill(process.pid, "SIGKILL");
    }
  }
});
