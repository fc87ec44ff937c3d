import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CLI = join(ROOT, "vpp-core/src/cli/commonwatt.ts");
const PAGE = join(ROOT, "device-adapters/docs/commissioning.md");

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

interface Running {
  readonly output: () => string;
  readonly errors: () => string;
  readonly exit: Promise<number | null>;
  stop(): Promise<number | null>;
}

/** Runs a command of the page as it stands there, in a folder of its own. */
function run(folder: string, command: string, ...more: readonly string[]): Running {
  const words = command.split(" ");
  expect(words.slice(0, 2)).toEqual(["npx", "commonwatt"]);
  const argv = [CLI, ...words.slice(2), ...more];
  const child = spawn(process.execPath, argv, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const exit = once(child, "exit").then(([code]) => code as number | null);
  return {
    output: () => output,
    errors: () => errors,
    exit,
    stop: () => {
      child.kill("SIGINT");
      return exit;
    },
  };
}

test("the page leads from nothing to a configuration that runs", { timeout: 240_000 }, async () => {
  const port = await freePort();
  const page = (await readFile(PAGE, "utf8")).replaceAll("5020", String(port));
  const [emulate, discover, range, commission, byAddress, meterAlone, start, ...others] = [
    ...page.matchAll(/^```sh\n(.*?)\n```$/gms),
  ].map(([, command = ""]) => command);
  const [, config = ""] = /^```ts commonwatt\.config\.ts\n(.*?)^```$/ms.exec(page) ?? [];
  expect(others).toEqual([]);
  const folder = await mkdtemp(join(tmpdir(), "commonwatt-page-"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), await readFile(join(ROOT, "package.json")));
  const emulator = run(folder, emulate ?? "");
  try {
    await expect.poll(emulator.output, { timeout: 20_000 }).toContain("listens on");

    const found = run(folder, discover ?? "");
    expect(await found.exit).toBe(0);
    const lines = config.split("\n").filter((line) => line.includes("modbus({"));
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(found.output()).toContain(`\n${line}\n`);

    const unasked = run(folder, range ?? "");
    expect(await unasked.exit).toBe(2);
    expect(unasked.errors()).toContain("USAGE_CONSENT_NEEDED");

    await writeFile(join(folder, "commonwatt.config.ts"), config);
    const proven = run(folder, commission ?? "");
    expect([await proven.exit, proven.errors()]).toEqual([0, expect.stringContaining("discharge 500 W")]);
    for (const name of ["battery", "inverter AC", "grid meter"]) {
      expect(proven.output()).toMatch(new RegExp(`^${name} .* right$`, "m"));
    }
    expect(proven.output()).toContain("The battery is back in its own mode.");
    const report = await readFile(join(folder, "commissioning.md"), "utf8");
    // The sun of the emulated home moves on while its battery is stepped.
    expect(report).toMatch(/\| grid meter \| -1000 W \| -(?:99|100)\d W ± \d+ W \| right \|/);

    const tried = run(folder, byAddress ?? "");
    expect(await tried.exit).toBe(0);
    expect(JSON.parse(tried.output().trim().split("\n").at(-1) ?? "")).toMatchObject({
      event: "summary",
      kind: "step",
      isNeutral: true,
      verdicts: [{ verdict: "right" }, { verdict: "right" }, { verdict: "right" }],
    });

    const watched = run(folder, meterAlone ?? "");
    expect(await watched.exit).toBe(0);
    expect(watched.output()).toContain("counterFalls");

    const street = run(folder, start ?? "", "--port", "0");
    await expect
      .poll(() => street.output() + street.errors(), { timeout: 60_000 })
      .toContain("home-1/inverter");
    expect(await street.stop()).toBe(0);
  } finally {
    await emulator.stop();
    await rm(folder, { recursive: true });
  }
});
