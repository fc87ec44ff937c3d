import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createProgram } from "../vpp-core/src/cli/create-program.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Runs `commonwatt` as `npx commonwatt` does. */
function commonwatt(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const cli = join(root, "vpp-core/src/cli/commonwatt.ts");
  return spawnSync(process.execPath, [cli, ...args], { cwd: root, encoding: "utf8" });
}

/** Loaded once for all help pages. */
const program = await createProgram(root);

function subcommand(command: typeof program | undefined, name: string): typeof program | undefined {
  return command?.commands.find((candidate) => candidate.name() === name);
}

describe("README", () => {
  const named = [...readme.matchAll(/\bnpm (start|test|ci|run ([a-z:-]+))/g)].map(
    ([, verb = "", script]) => script ?? verb,
  );

  test.each([...new Set(named)].filter((name) => name !== "ci"))("npm script %s exists", (name) => {
    expect(Object.keys(scripts)).toContain(name);
  });

  // Without `--` at its end npm would keep options for itself.
  const handedOn = Object.values(scripts).filter((script) => script.includes("--workspace"));

  test.each(handedOn)("%s hands options on", (script) => {
    expect(script).toMatch(/ --$/);
  });

  const commands = [...readme.matchAll(/npx commonwatt ([a-z-]+(?: [a-z]+)?)/g)].map(
    ([, words = ""]) => words,
  );

  test.each([...new Set(commands)])("npx commonwatt %s is a command", (words) => {
    const path = words.split(" ");
    const command = path.reduce(subcommand, program);
    expect(command?.helpInformation()).toContain(`Usage: commonwatt ${words}`);
  });

  test("a command prints its help page and exits with 0", () => {
    const { status, stdout } = commonwatt("simulate", "--help");
    expect(stdout).toContain("Usage: commonwatt simulate");
    expect(status).toBe(0);
  }, 30_000);

  test("every option of npm start that it lists is one", () => {
    const config = "simulations/examples/street/commonwatt.config.ts";
    const { stdout } = commonwatt("start", "--config", config, "--help");
    const listed = [...readme.matchAll(/^\| `(--[a-z]+)/gm)].map(([, option]) => option);
    expect(listed.length).toBeGreaterThan(4);
    for (const option of listed) expect(stdout).toContain(option);
  }, 30_000);

  test("the configuration it shows is the file that is type-checked", () => {
    const [, shown] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const file = join(root, "simulations/examples/own-street/commonwatt.config.ts");
    expect(shown).toBe(readFileSync(file, "utf8"));
  });

  const links = [...readme.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, path = ""]) => path);

  test.each([...new Set(links)])("the link to %s leads somewhere", (path) => {
    expect(existsSync(join(root, path))).toBe(true);
  });
});
