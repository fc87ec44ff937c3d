import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { commonwatt } from "../../test/commonwatt.ts";
import { folderWith } from "../../test/data-files.ts";
import { messagesSchema } from "../agents/agent-messages.ts";
import { simulate } from "../engine/simulate.ts";
import { loadScenario } from "../scenario/load-scenario.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const page = readFileSync(new URL("../../docs/outside-agents.md", import.meta.url), "utf8");

function blockOf(kind: string): string {
  const [, block = ""] = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page) ?? [];
  return block;
}

const python = spawnSync("python3", ["--version"]).status === 0 ? "python3" : null;

describe("the page about agents from outside", () => {
  test.skipIf(python === null)(
    `has an example in Python that comes to the bits of self-consumption${python === null ? " (there is no python3 here: install it to run this)" : ""}`,
    { timeout: 180_000 },
    async () => {
      const scenario = blockOf("yaml");
      const folder = await folderWith({
        "street.yaml": scenario,
        "built-in.yaml": scenario.replace("strategy: outside", "strategy: self-consumption"),
        "agent.py": blockOf("python"),
      });
      const command = blockOf("sh").replaceAll("my-folder", folder);
      const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", command], {
        cwd: REPOSITORY,
      });
      const builtIn = await simulate({ ...(await loadScenario(join(folder, "built-in.yaml"))), workers: 1 });
      expect(stdout).toContain(`result hash ${builtIn.hash}`);
      const manifest = JSON.parse(readFileSync(join(folder, "run", "manifest.json"), "utf8"));
      expect(manifest).toMatchObject({ resultHash: builtIn.hash });
    },
  );

  test("names every message", () => {
    const { anyOf = [] } = messagesSchema as {
      anyOf?: readonly { properties: { type: { enum: readonly string[] } } }[];
    };
    const names = anyOf.flatMap(({ properties }) => properties.type.enum);
    expect(names.length).toBe(7);
    for (const name of names)
      expect(page).toMatch(new RegExp(`^\\| (Commonwatt|agent) \\| \`${name}\` \\|`, "m"));
  });
});

test("agents that cannot be had are refused before anything is run", { timeout: 180_000 }, async () => {
  const folder = await folderWith({ "street.yaml": blockOf("yaml") });
  const scenario = join(folder, "street.yaml");
  const ends = await Promise.all([
    commonwatt("simulate", scenario),
    commonwatt("simulate", scenario, "--agents", "tcp://example.org:80"),
    commonwatt("simulate", scenario, "--agents", "stdio", "--compare", "uniform,sbba"),
  ]);
  expect(ends.map(({ code, stderr }) => [code, stderr.split(":")[0]])).toEqual([
    [2, "SIMULATION_AGENT_MISSING"],
    [2, "USAGE_BAD_AGENTS"],
    [2, "USAGE_BAD_AGENTS"],
  ]);
});
