import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { testProfile } from "../../test/test-profile.ts";
import { checkProfileFile } from "../profile-device/profile-file.ts";

vi.setConfig({ testTimeout: 60_000 });

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CLI = join(ROOT, "vpp-core/src/cli/commonwatt.ts");
const PAGE = readFileSync(join(ROOT, "device-adapters/docs/adding-a-device.md"), "utf8");
/** The profile of the page, without faults. */
const [, WHOLE = ""] = /^```ts src\/profiles\/acme-h5\.ts\n(.*?)^```$/ms.exec(PAGE) ?? [];
const WHOLE_JSON = JSON.stringify(testProfile, null, 2);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "commonwatt-check-"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), readFileSync(join(ROOT, "package.json")));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function commonwatt(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: "utf8" });
}

/** One fault: what is replaced by what, the path and the rule, and the line, which may be that of a field around it. */
const FAULTY = [
  ["ts", "address: 100,", "address: 70_000,", "/registers/gridPower/address", "must be <= 65535", 22],
  ["ts", "    blockRegistersMax: 100,\n", "", "/wire", "must have required properties blockRegistersMax", 10],
  [
    "ts",
    '      type: "uint16",\n      unit: "s",',
    '      type: "uint16",\n      // typ: {\n      typ: 1,\n      unit: "s",',
    "/registers/seconds/typ",
    "there is no such field",
    31,
  ],
  ["ts", 'add: ["gridPower"]', 'add: [/* [ */ "seconds"]', "/points/gridPowerW", "is in s, not in W", 44],
  ["ts", 'value: { until: "s" }', 'value: { until: "h" }', "/battery/charge/0/value/until", "allowed", 53],
  [
    "ts",
    'neutral: [{ register: "setpoint", value: { constant: 0 } }]',
    'neutral: [\n{ register: "setpoint", value: { constant: 0 } },\n{ register: "gone", value: { constant: 1 } }]',
    "/battery/neutral/1/register",
    'there is no register "gone"',
    62,
  ],
  [
    "ts",
    'kind: "register", register: "seconds", max',
    'kind: "register", max',
    "/battery/nativeTimer/register",
    'it stands with kind "register", and only there',
    50,
    "/battery/nativeTimer",
  ],
  ["json", '"address": 12,', '"address": -1,', "/registers/batteryPower/address", "must be >= 0", 30],
  ["json", '"constant": 2', '"constant": "2"', "/battery/discharge/0/value/constant", "be number", 123],
] as const;

test.for(FAULTY)(
  "%s: %s → %s: %s: %s: line %i",
  async ([kind, from, to, path, rule, line, around = path]) => {
    const whole = kind === "ts" ? WHOLE : WHOLE_JSON;
    const text = whole.replace(from, () => to);
    expect(text).not.toBe(whole);
    const checked = await checkProfileFile(
      fileOf(`faulty-${FAULTY.findIndex((each) => each[2] === to)}.${kind}`, text),
    );
    const faults = checked.flatMap((profile) => profile.faults);
    expect(faults.filter((fault) => fault.path === path)).toEqual([
      {
        path,
        rule: expect.stringContaining(rule),
        place: { line, column: expect.any(Number), path: around },
      },
    ]);
  },
);

test("every fault is named, in the order of the lines, however many there are", async () => {
  const text = WHOLE_JSON.replaceAll('"table": "holding"', '"table": "coil"').replaceAll(
    '"constant"',
    '"const"',
  );
  const [checked] = await checkProfileFile(fileOf("many.json", text));
  const lines = checked?.faults.map(({ place }) => place.line) ?? [];
  expect(lines.length).toBeGreaterThan(10);
  expect(lines).toEqual(lines.toSorted((a, b) => a - b));
});

test.for([
  ["absent.ts", null, "PROFILE_FILE_UNREADABLE", /ENOENT/],
  ["torn.ts", "export const a = {\n  kind: }", "PROFILE_FILE_UNREADABLE", /torn\.ts:2: /],
  ["torn.json", '{\n  "kind": }', "PROFILE_FILE_UNREADABLE", /torn\.json:2: /],
  ["throws.ts", "export const a = nothing.at.all;", "PROFILE_FILE_UNREADABLE", /nothing is not defined/],
  ["list.json", "[]", "PROFILE_FILE_EMPTY", /holds no profile/],
  ["other.ts", "export const limits = { name: 'x' };", "PROFILE_FILE_EMPTY", /exports no profile/],
] as const)("%s is not checked: %s", async ([name, text, code, message]) => {
  const file = text === null ? join(folder, name) : fileOf(name, text);
  await expect(checkProfileFile(file)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test("devices check prints file, line, path and rule, and exits 1", () => {
  const text = WHOLE.replace("address: 100,", "address: 70_000,");
  fileOf(
    "acme.ts",
    `${text}\nconst made = (): object => ({ kind: "mqtt", name: "x" });\nexport const other = made();\n`,
  );
  const plain = commonwatt("devices", "check", "acme.ts");
  expect([plain.status, plain.stderr]).toEqual([1, ""]);
  expect(plain.stdout.split("\n")).toEqual([
    "acme.ts:22: /registers/gridPower/address: must be <= 65535",
    'acme.ts:66: /kind: must be "registers" or "sunspec" (not written there; the line is that of /)',
    "",
  ]);
  const json = commonwatt("devices", "check", "acme.ts", "--json");
  expect(json.status).toBe(1);
  const [first, , last] = json.stdout.trim().split("\n");
  const path = "/registers/gridPower/address";
  expect(JSON.parse(first ?? "")).toEqual({
    ...{ event: "fault", file: "acme.ts", line: 22, column: 34 },
    ...{ path, rule: "must be <= 65535", linePath: path },
  });
  expect(JSON.parse(last ?? "")).toEqual({ event: "summary", file: "acme.ts", profiles: 2, faults: 2 });
});

test("devices check says what a profile without faults can do; a file that is not there is wrong usage", () => {
  fileOf("whole.ts", WHOLE);
  const { status, stdout } = commonwatt("devices", "check", "whole.ts", "--json");
  expect(status).toBe(0);
  const [device, summary] = stdout.trim().split("\n");
  expect(JSON.parse(device ?? "")).toMatchObject({ event: "device", profile: "acme-h5", fixture: null });
  expect(JSON.parse(summary ?? "")).toEqual({ event: "summary", file: "whole.ts", profiles: 1, faults: 0 });
  const absent = commonwatt("devices", "check", "absent.ts");
  expect([absent.status, absent.stderr]).toEqual([2, expect.stringMatching(/^PROFILE_FILE_UNREADABLE: /)]);
});

test.for(["in setup", "at the top"] as const)(
  "a configuration with a faulty profile, %s: path and rule, exit code 2",
  (where) => {
    const device = `modbusProfile({ id: "home-1/inverter", profile: acme, host: "127.0.0.1" })`;
    fileOf("acme.json", WHOLE_JSON.replace('"address": 12,', '"address": -1,'));
    fileOf(
      "commonwatt.config.ts",
      `import { modbusProfile } from "@commonwatt/device-adapters";
import acme from "./acme.json" with { type: "json" };
${where === "at the top" ? `export const device = ${device};` : ""}
export const config = { options: {}, simulatedStartMs: null, setup: async () => ({ devices: [${device}] }) };
`,
    );
    const { status, stderr } = commonwatt("start", "--port", "0");
    expect(stderr).toContain(
      "PROFILE_INVALID: test-battery: /registers/batteryPower/address: must be >= 0\n",
    );
    expect(status).toBe(2);
  },
);
