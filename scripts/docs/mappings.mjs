// The table of the mappings, short for a README and whole for docs/mappings.md.
import { table } from "./table.mjs";

const cell = (text) => text.replaceAll("|", "\\|");

const named = ({ name, parameter }) =>
  parameter === null ? `\`${name}\`` : `\`${name}\`<br>\`${parameter.name}\`, default ${parameter.default}`;

const image = (name, folder, width) => `<img src="${folder}/${name}.svg" alt="weights of ${name}" width="${width}">`;

/** Name and effect, with a picture unless `folder` is null. */
export function shortMappingTable(registry, folder) {
  if (folder === null) {
    const rows = registry.map((entry) => [named(entry), cell(entry.effect), entry.paper]);
    return table(["mapping", "effect on the weights", "source"], rows);
  }
  return table(
    ["mapping", "weights over the same scores", "effect"],
    registry.map(({ name, effect }) => [`\`${name}\``, image(name, folder, 200), cell(effect)]),
  );
}

export function mappingTable(registry, folder) {
  const rows = registry.map((entry) => [
    named(entry),
    image(entry.name, folder, 240),
    `\`${cell(entry.formula)}\``,
    cell(entry.effect),
    cell(entry.cost),
    entry.paper,
  ]);
  return table(["mapping", "weights over the same scores", "Omega(y)", "effect", "cost per row", "source"], rows);
}
