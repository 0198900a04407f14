// Runs programs from `recordingProgram` with the built packages, in a process of its own, and sends back what they recorded.
const AsyncFunction = (async () => {}).constructor;
const load = (name) => import(name);
const silent = Object.fromEntries(Object.keys(console).map((name) => [name, () => {}]));

/** A value that another process can receive. */
function sendable(value) {
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}

process.once("message", async (scripts) => {
  const outcomes = [];
  for (const script of scripts) {
    const values = [];
    try {
      const run = new AsyncFunction("load", "record", "console", script);
      await run(load, (index, value) => (values[index] = sendable(value)), silent);
      outcomes.push({ values });
    } catch (error) {
      outcomes.push({ values, error: String(error) });
    }
  }
  process.send(outcomes, () => process.exit());
});
