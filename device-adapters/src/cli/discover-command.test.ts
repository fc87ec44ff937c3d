import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { emulatedHome } from "../../test/emulated-home.ts";

const CLI = fileURLToPath(new URL("../../../vpp-core/src/cli/commonwatt.ts", import.meta.url));

async function discover(...args: string[]) {
  const child = spawn(process.execPath, [CLI, "discover", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { output, errors, code: code as number | null };
}

test("discover tells what it finds, its progress, and the lines to paste; with --json the same as data", async () => {
  await using home = await emulatedHome();
  const where = ["127.0.0.1", "--ports", `${home.port}`, "--units", "1,200", "--site", "oak-12"];
  const [human, data] = [await discover(...where), await discover(...where, "--json")];
  const at = `host: "127.0.0.1", port: ${home.port}`;
  const config = [
    `modbus({ id: deviceId("oak-12/inverter"), ${at}, unit: 1 }),`,
    `modbus({ id: deviceId("oak-12/meter"), ${at}, unit: 200 }),`,
  ];
  for (const line of config) expect(human.output).toContain(`\n          ${line}\n`);
  expect(human.output).toContain("Bench Hybrid, serial number H-1, firmware 2.5");
  expect(human.errors).toContain("unit 200 ...");
  expect(human.code).toBe(0);
  const lines = data.output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ event }) => event === "find").flatMap((find) => find.config)).toEqual(config);
  expect(lines.at(-1)).toMatchObject({ event: "summary", hosts: 1, found: 2, code: null, stopped: false });
  expect(data.code).toBe(0);
}, 60_000);

test.for([
  [["no-such-host.invalid"], 1, "DISCOVER_HOST_UNKNOWN"],
  [["224.0.0.1"], 1, "DISCOVER_HOST_UNREACHABLE"],
  [["192.168.0.0/16", "--yes"], 2, "USAGE_RANGE_TOO_LARGE"],
  [["127.0.0.0/29"], 2, "USAGE_CONSENT_NEEDED"],
  [["127.0.0.1", "--ports", "x"], 2, "USAGE_BAD_PORT"],
  [["127.0.0.1", "--units", "256"], 2, "USAGE_BAD_UNIT"],
  [["1.2.3"], 2, "USAGE_BAD_TARGET"],
  [["127.0.0.1", "--timeout", "1"], 2, "whole number from 100"],
  [[], 2, "missing required argument"],
] as const)("discover %j ends with %i and says why", async ([args, expected, reason]) => {
  const { code, errors } = await discover(...args);
  expect(code).toBe(expected);
  expect(errors).toContain(reason);
});

test("where nothing is found the exit code is 1, and a range needs a yes", async () => {
  const home = await emulatedHome();
  const { port } = home;
  await home[Symbol.asyncDispose]();
  const one = await discover("127.0.0.1", "--ports", `${port}`);
  expect(one.code).toBe(1);
  expect(one.output).toContain("DISCOVER_NOTHING_FOUND: no device answers at 127.0.0.1");
  const range = ["127.0.0.0/30", "--ports", `${port}`, "--yes", "--json"];
  const failure: unknown = await promisify(execFile)(process.execPath, [CLI, "discover", ...range]).catch(
    (error: unknown) => error,
  );
  const { code, stdout } = failure as { code: number; stdout: string };
  expect(code).toBe(1);
  expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
    hosts: 2,
    found: 0,
    code: "DISCOVER_NOTHING_FOUND",
  });
});
