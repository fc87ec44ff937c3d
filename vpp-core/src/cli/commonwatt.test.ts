import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const cli = fileURLToPath(new URL("./commonwatt.ts", import.meta.url));
let folder: string;

/** Runs the command in a folder without a package.json of ours, so without plugins. */
function commonwatt(...args: string[]): { status: number | null; stderr: string; stdout: string } {
  return spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
}

const REAL_TIME = `export const config = {
  options: { homes: { describe: "how many", min: 1, max: 9, default: 2 } },
  simulatedStartMs: null,
  setup: async () => ({ community: "Not Allowed" }),
};`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "commonwatt-cli-"));
  writeFileSync(join(folder, "commonwatt.config.ts"), REAL_TIME);
  writeFileSync(join(folder, "simulated.ts"), REAL_TIME.replace("null", "0"));
  writeFileSync(join(folder, "broken.ts"), "export const config = nothing.at.all;");
  writeFileSync(join(folder, "empty.ts"), "export const other = 1;");
  writeFileSync(join(folder, "option.ts"), REAL_TIME.replace("default: 2", "default: 10"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("commonwatt start", () => {
  test.each([
    [["--homes", "0"], "It must be a whole number from 1 to 9."],
    [["--homes", "many"], "It must be a whole number from 1 to 9."],
    [["--intervals", "0"], "It must be a whole number from 1 to 1000000."],
    [["--intervals", "1.5"], "It must be a whole number"],
    [["--config", "simulated.ts", "--speed", "-1"], "It must be a number above 0 and at most 450."],
    [["--config", "simulated.ts", "--speed", "0"], "It must be a number above 0 and at most 450."],
    [["--speed", "2"], "unknown option '--speed'"],
    [["--port", "65536"], "It must be a whole number from 0 to 65535."],
    [["--colour", "green"], "unknown option '--colour'"],
    [["surplus"], "too many arguments"],
  ])("%j is wrong usage: exit 2, with the usage", (args, message) => {
    const { status, stderr } = commonwatt("start", ...args);
    expect(stderr).toContain(message);
    expect(stderr).toContain("Usage: commonwatt start");
    expect(status).toBe(2);
  });

  test.each([
    [["--config", "absent.ts"], /CONFIG_NOT_FOUND: .*absent\.ts does not exist/],
    [["--config", "broken.ts"], /CONFIG_UNREADABLE: .*broken\.ts: nothing is not defined/],
    [
      ["--config", "empty.ts"],
      /CONFIG_INVALID: empty\.ts: export config is "undefined"; allowed: the result/,
    ],
    [["--config", "option.ts"], /CONFIG_INVALID: option\.ts: options\.homes\.default is 10; allowed: 1 to 9/],
    [["--log-level", "loud"], /CONFIG_LOG_LEVEL: --log-level is loud; allowed: debug, info/],
  ])("%j is wrong configuration: exit 2, with file and field", (args, message) => {
    const { status, stderr } = commonwatt("start", ...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  test("a configuration that is put together wrongly names file and field, and leaves nothing running", () => {
    const { status, stderr } = commonwatt("start", "--port", "0");
    expect(stderr).toContain('CONFIG_INVALID: commonwatt.config.ts: community is "Not Allowed"');
    expect(status).toBe(2);
  });

  test("--help lists the options of the configuration too", () => {
    const { status, stdout } = commonwatt("start", "--help");
    expect(stdout).toMatch(/--homes <n>\s+how many \(default: 2\)/);
    expect(stdout).not.toContain("--speed");
    expect(status).toBe(0);
  });
});

test("commonwatt start --help without a configuration lists what every configuration has", () => {
  const { status, stdout } = commonwatt("start", "--config", "absent.ts", "--help");
  expect(stdout).toContain("--intervals <n>");
  expect(status).toBe(0);
});

describe("commonwatt", () => {
  test("an unknown command is wrong usage", () => {
    const { status, stderr } = commonwatt("stort");
    expect(stderr).toContain("unknown command 'stort'");
    expect(status).toBe(2);
  });

  test("a plugin that can't be loaded is named with the file that lists it", () => {
    writeFileSync(join(folder, "package.json"), '{"commonwatt":{"plugins":["no-such-package"]}}');
    const { status, stderr } = commonwatt("start", "--help");
    rmSync(join(folder, "package.json"));
    expect(stderr).toMatch(/CONFIG_PLUGIN: .*package\.json: plugin no-such-package: Cannot find/);
    expect(status).toBe(2);
  });
});

describe("what is compiled", () => {
  const help = (environment: Record<string, string>): string =>
    spawnSync(process.execPath, [cli, "--help"], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...environment },
    }).stdout;

  test("is kept in the user's cache for the next start", () => {
    const cache = join(folder, "cache");
    expect(help({ XDG_CACHE_HOME: cache })).toContain("Usage: commonwatt");
    const [version = ""] = readdirSync(join(cache, "commonwatt"));
    expect(readdirSync(join(cache, "commonwatt", version)).length).toBeGreaterThan(100);
    expect(help({ XDG_CACHE_HOME: cache })).toContain("Usage: commonwatt");
  });

  test("is not kept when that is switched off, or where it cannot be", () => {
    const cache = join(folder, "none");
    expect(help({ XDG_CACHE_HOME: cache, NODE_DISABLE_COMPILE_CACHE: "1" })).toContain("Usage: commonwatt");
    expect(existsSync(cache)).toBe(false);
    expect(help({ XDG_CACHE_HOME: cli })).toContain("Usage: commonwatt");
  });
});
