/** The configuration of a run, and what it must satisfy. */
import { attender, mappings } from "fenchel/jax";
import { describe, expect, it } from "vitest";
import { checkConfig, defaultSettings, runConfig, textMappings } from "../../src/tasks/spam/config.ts";

const given = { seed: 3, dataChecksum: "x" };

describe("runConfig", () => {
  it("has defaults for every mapping that the mapping takes", () => {
    for (const mapping of textMappings) {
      const config = runConfig({ ...given, mapping });
      expect(config).toMatchObject({ ...defaultSettings, ...given, mapping });
      expect(() => attender(mapping, config.mappingOptions)).not.toThrow();
    }
  });

  it("offers every mapping of rows, and none that needs a grid", () => {
    const onGrids = Object.keys(mappings).filter((mapping) => !textMappings.includes(mapping));
    expect(onGrids).toEqual(["tvmax"]);
    const data = { labels: [], train: [], dev: [], test: [], checksum: "x" };
    expect(() => checkConfig(runConfig({ ...given, mapping: "tvmax" }), data)).toThrow(
      /^mapping is "tvmax": it must be one of softmax, sparsemax/,
    );
  });

  it("keeps what is given, option by option", () => {
    const config = runConfig({ ...given, mapping: "fusedmax", epochs: 2, mappingOptions: { lambda: 0.5 } });
    expect(config.epochs).toBe(2);
    const { lambda: _, ...others } = runConfig({ ...given, mapping: "fusedmax" }).mappingOptions;
    expect(config.mappingOptions).toEqual({ ...others, lambda: 0.5 });
  });

  it("holds no undefined setting: what a caller leaves open takes the default", () => {
    const open = { epochs: undefined } as unknown as { epochs: number };
    expect(runConfig({ ...given, mapping: "softmax", ...open }).epochs).toBe(defaultSettings.epochs);
  });
});
