import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commissioningHome, isLeftToItself } from "../../test/commissioning-home.ts";

const CLI = fileURLToPath(new URL("../../../vpp-core/src/cli/commonwatt.ts", import.meta.url));

function commission(...args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, "commission", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const exit = once(child, "exit").then(([code]) => code as number | null);
  return { child, exit, output: () => output, errors: () => errors };
}

function lastLine(output: string): unknown {
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}

test.for([
  [["home-1/inverter", "--config", "no-such.config.ts"], "CONFIG_NOT_FOUND"],
  [
    ["home-1/inverter", "--config", "simulations/examples/street/commonwatt.config.ts"],
    "emulates its hardware",
  ],
  [["home-9/x", "--config", "simulations/examples/own-street/commonwatt.config.ts"], "USAGE_UNKNOWN_DEVICE"],
  [["127.0.0.1:502/1?profil=x"], "USAGE_BAD_DEVICE"],
  [["127.0.0.1:502/1?batteryCapacityWh=1"], "only beside profile"],
  [["127.0.0.1:502/1?profile=sma-hybrid&meterSign=-1"], "only without profile"],
  [["127.0.0.1:502/1?device=x"], "device is a whole number"],
  [["opc.tcp://127.0.0.1:4840?home=home-1"], "needs home and certificate"],
  [["127.0.0.1:502/1", "--meter", "the cellar"], "USAGE_BAD_DEVICE"],
  [["127.0.0.1:502/1", "--report", "report.pdf"], "USAGE_BAD_REPORT"],
  [["127.0.0.1:502/1", "--repeats", "1"], "whole number from 2"],
  [["127.0.0.1:502/1", "--seconds", "60"], "whole number from 4 to 45"],
] as const)("commission %j is wrong usage: exit 2, and why", async ([args, reason]) => {
  const { exit, errors } = commission(...args);
  expect(await exit).toBe(2);
  expect(errors()).toContain(reason);
});

test("a device that does not answer is an error with its code, and a profile that is not known, too", async () => {
  const silent = commission("127.0.0.1:1/1", "--yes", "--json");
  expect(await silent.exit).toBe(1);
  expect(lastLine(silent.output())).toMatchObject({ stopped: { code: "MODBUS_CONNECT_FAILED" }, checks: [] });
  const unknown = commission("127.0.0.1:502/1?profile=acme");
  expect(await unknown.exit).toBe(2);
  expect(unknown.errors()).toContain("PROFILE_UNKNOWN");
});

test("without --yes and without a terminal no battery is moved", async () => {
  await using home = await commissioningHome({ speed: 1 });
  const { exit, errors } = commission(`127.0.0.1:${home.port}/1`);
  expect(await exit).toBe(2);
  expect(errors()).toContain("USAGE_CONSENT_NEEDED: This charges and discharges the battery of Hybrid");
  home.plant.advanceTo(home.clock.now());
  expect(isLeftToItself(home.plant)).toBe(true);
});

test("Ctrl-C in the middle of a charge leaves the battery to itself, and tells", async () => {
  await using home = await commissioningHome({ speed: 1 });
  const folder = await mkdtemp(join(tmpdir(), "commonwatt-commission-"));
  try {
    const file = join(folder, "report.json");
    await writeFile(file, "");
    const run = commission(
      `127.0.0.1:${home.port}/1`,
      "--yes",
      "--json",
      "--seconds",
      "10",
      "--report",
      file,
    );
    await expect.poll(run.output, { timeout: 20_000 }).toContain('"charge"');
    await expect.poll(() => home.plant.state().batteryPowerW, { timeout: 5_000 }).toBe(-500);
    run.child.kill("SIGINT");
    expect(await run.exit).toBe(1);
    const summary = { stopped: { code: "COMMISSION_STOPPED" }, isNeutral: true };
    expect(lastLine(run.output())).toMatchObject({ event: "summary", ...summary });
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject(summary);
    home.plant.advanceTo(home.clock.now());
    expect(isLeftToItself(home.plant)).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
