import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCommand } from "../../test/emulate-process.ts";
import { registerDevice } from "../../test/register-device.ts";
import { registerMap } from "../../test/register-maps.ts";
import { parseRegisterTrace } from "../emulator/register-trace.ts";
import { registerRecord } from "./record-command.ts";
import { refusalOf } from "./refusal.ts";

let directory: string;
let out: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "record-"));
  out = join(directory, "trace.json");
});

afterEach(() => rm(directory, { recursive: true }));

async function ended(...args: string[]) {
  const { output, errors, exit } = runCommand("record", ...args);
  return { code: await exit, lines: output().trim().split("\n"), errors: errors() };
}

test("a device is recorded by its profile, what it refuses is left out, and only reads are sent", async () => {
  const { registers: places } = registerMap("carlo-gavazzi-em24");
  const power = places["power"]?.address ?? 0;
  const written: number[] = [];
  await using device = await registerDevice(
    new Map([
      [power, 1_234],
      [power + 1, 0],
    ]),
    0,
    (address) => {
      written.push(address);
      return null;
    },
  );
  const peer = `127.0.0.1:${device.port}`;
  const args = ["--profile", "carlo-gavazzi-em24", "--seconds", "1", "--interval", "400", "--out", out];
  const { code, lines } = await ended(peer, ...args, "--json");
  expect(code).toBe(0);
  const summary = JSON.parse(lines.at(-1) ?? "");
  expect(summary).toMatchObject({ event: "summary", out, units: [1], missed: 0, frames: 1 });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ event: "pass", atMs: 0, registers: 2, failure: null });
  const { units } = parseRegisterTrace(await readFile(out, "utf8"));
  expect(units).toEqual([{ unit: 1, frames: [{ atMs: 0, registers: { [power]: [1_234, 0] } }] }]);
  expect(written).toEqual([]);
}, 60_000);

test("a file that is there stays as it is", async () => {
  await writeFile(out, "mine");
  const { code, errors } = await ended("127.0.0.1:1", "--sunspec", "--seconds", "1", "--out", out);
  expect(code).not.toBe(0);
  expect(errors).toContain("RECORD_FILE_UNUSABLE");
  expect(await readFile(out, "utf8")).toBe("mine");
}, 60_000);

test("where nothing answers there is no file, and the reason is told", async () => {
  const { code, lines, errors } = await ended("127.0.0.1:1", "--sunspec", "--seconds", "1", "--out", out);
  expect(code).not.toBe(0);
  expect(errors).toContain("RECORD_NOTHING");
  expect(lines[0]).toContain("MODBUS_CONNECT_FAILED");
  expect(await readdir(directory)).toEqual([]);
}, 60_000);

test.for([
  [["127.0.0.1:5020", "--out", "x"], "RECORD_OPTION_UNFIT: say what it is: --profile or --sunspec"],
  [["127.0.0.1", "--sunspec", "--profile", "goodwe-et", "--out", "x"], "RECORD_OPTION_UNFIT"],
  [["127.0.0.1", "--profile", "goodwe-et", "--unit", "1", "2", "--out", "x"], "goodwe-et is one device"],
  [["127.0.0.1", "--profile", "toaster", "--out", "x"], "PROFILE_UNKNOWN"],
  [["127.0.0.1:99999", "--sunspec", "--out", "x"], "It must be a host, or host:port."],
  [["127.0.0.1", "--sunspec", "--unit", "256", "--out", "x"], "whole number from 0 to 255"],
  [["127.0.0.1", "--sunspec"], "required option '--out <trace.json>' not specified"],
] as const)("record %j is refused with the reason", async ([args, reason]) => {
  expect(await refusalOf(registerRecord, "record", ...args)).toContain(reason);
});
