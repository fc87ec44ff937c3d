import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/data-files.ts";
import { parseScenario } from "./read-scenario-file.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
/** The folder that the commands of the pages write to. */
const RUN = "my-run";

describe.each(["scenario.md", "data.md"])("%s", (name) => {
  const page = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
  const blocks = (kind: string): readonly string[] =>
    [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
      ([, block = ""]) => block,
    );

  test("shows scenarios that are ones", () => {
    const scenarios = blocks("yaml").filter((block) => /^sites:/m.test(block));
    expect(scenarios.length).toBeGreaterThan(0);
    for (const scenario of scenarios) expect(parseScenario(name, scenario).sites.length).toBeGreaterThan(0);
  });

  test("has commands that run", { timeout: 240_000 }, async () => {
    for (const commands of blocks("sh")) {
      const here = commands.replaceAll(RUN, `${await folderWith({})}/${RUN}`);
      const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", here], {
        cwd: REPOSITORY,
      });
      expect(stdout).toContain("result hash");
    }
  });
});
