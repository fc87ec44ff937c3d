import { simulatedClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { MIDNIGHT } from "../../../test/emulated-home.ts";
import { RawClient } from "../../../test/raw-client.ts";
import { testProfile } from "../../../test/test-profile.ts";
import type { RegisterMapProfile } from "../../profile-device/profile.ts";
import { BenchPlant } from "../bench-plant.ts";
import { standingFaults } from "../faults/standing-faults.ts";
import { type ProfileEmulator, startProfileEmulator } from "./profile-emulator.ts";

/** A day's pause: what comes within a test comes too soon. */
const LONG_MS = 86_400_000;

/** The test profile's device at midnight, when the battery carries the load of 500 W, with these habits. */
async function device(
  habits: Partial<RegisterMapProfile["wire"]> = {},
  registers: RegisterMapProfile["registers"] = {},
): Promise<ProfileEmulator & AsyncDisposable> {
  const clock = simulatedClock(MIDNIGHT);
  const profile: RegisterMapProfile = {
    ...testProfile,
    wire: { ...testProfile.wire, clientsMax: null, gapRegistersMax: 4, ...habits },
    registers: { ...testProfile.registers, ...registers },
  };
  const emulator = await startProfileEmulator({
    ...{ host: "127.0.0.1", port: 0, clock, profile, plant: new BenchPlant({ startMs: MIDNIGHT }) },
    identity: { manufacturer: "Test", model: "Battery", serialNumber: "T-1", firmware: "1" },
    ...standingFaults([], clock, profile.wire),
  });
  return { ...emulator, [Symbol.asyncDispose]: () => emulator.close() };
}

test.for([
  ["a known register", "01 03 000c 0001", "01030201f4"],
  ["zeros between registers that stand close", "01 03 000c 0004", "01030801f4000013881388"],
  ["exception 2 outside", "01 03 0000 0001", "018302"],
  ["exception 2 where a read runs out of the registers", "01 03 001e 0003", "018302"],
  ["exception 2 in a gap that is too wide", "01 03 0018 0001", "018302"],
  ["exception 1 for input registers of a device without any", "01 04 000c 0001", "018401"],
  ["what must be so for commands", "01 03 0014 0001", "0103020001"],
  ["a write by its function", "01 06 001f 0064", "0106001f0064"],
  ["exception 1 for a write by another function", "01 10 001f 0001 02 0064", "019001"],
  ["exception 2 for a write where only is read", "01 06 000c 0064", "018602"],
  ["exception 11 for another unit", "02 03 000c 0001", "02830b"],
] as const)("answers with %s", async ([, request, reply]) => {
  await using emulator = await device();
  using client = await RawClient.to(emulator.port);
  expect(await client.ask(request)).toBe(reply);
});

test("half of a long register, or one beside it, is not written", async () => {
  const long = { table: "holding", address: 40, type: "uint32", unit: "W" } as const;
  const write = { function: 16, storage: "ram" } as const;
  await using emulator = await device({}, { long: { ...long, write } });
  using client = await RawClient.to(emulator.port);
  expect(await client.ask("01 10 0028 0001 02 0001")).toBe("019002");
  expect(await client.ask("01 10 0028 0003 06 000100020003")).toBe("019002");
  expect(await client.ask("01 10 0028 0002 04 00010002")).toBe("011000280002");
  expect(await client.ask("01 03 0028 0002")).toBe("01030400010002");
});

test("a block that is too long is refused, though every register is there", async () => {
  await using emulator = await device({ blockRegistersMax: 2 });
  using client = await RawClient.to(emulator.port);
  expect(await client.ask("01 03 000c 0002")).toBe("01030401f40000");
  expect(await client.ask("01 03 000c 0003")).toBe("018303");
});

test("a request that comes too soon finds the device busy", async () => {
  await using emulator = await device({ gapMs: LONG_MS });
  using client = await RawClient.to(emulator.port);
  expect(await client.ask("01 03 000c 0001")).toBe("01030201f4");
  expect(await client.ask("01 03 000c 0001")).toBe("018306");
});

test("after a write it is left alone for longer", async () => {
  await using emulator = await device({ writeGapMs: LONG_MS });
  using client = await RawClient.to(emulator.port);
  expect(await client.ask("01 03 000c 0001")).toBe("01030201f4");
  expect(await client.ask("01 06 001f 0064")).toBe("0106001f0064");
  expect(await client.ask("01 03 000c 0001")).toBe("018306");
});

test("a read across two windows is refused, though every register is there", async () => {
  await using emulator = await device({ windowRegisters: 13 });
  using client = await RawClient.to(emulator.port);
  expect(await client.ask("01 03 000c 0001")).toBe("01030201f4");
  expect(await client.ask("01 03 000c 0002")).toBe("018302");
  expect(await client.ask("01 03 000d 0002")).toBe("01030400001388");
});

test("a new connection is not heard for a while", async () => {
  await using emulator = await device({ settleMs: LONG_MS });
  using client = await RawClient.to(emulator.port);
  expect(await client.askInVain("01 03 000c 0001")).toBe("");
});

test("one client more than there may be is reset, and served when another has gone", async () => {
  await using emulator = await device({ clientsMax: 2 });
  using first = await RawClient.to(emulator.port);
  using second = await RawClient.to(emulator.port);
  using third = await RawClient.to(emulator.port);
  await third.hungUp();
  expect(await first.ask("01 03 000c 0001")).toBe("01030201f4");
  second[Symbol.dispose]();
  expect(await first.ask("01 03 000c 0001")).toBe("01030201f4");
  using fourth = await RawClient.to(emulator.port);
  expect(await fourth.ask("01 03 000c 0001")).toBe("01030201f4");
});

test("a device that wants a connection for each request sends garbage after the second answer", async () => {
  await using emulator = await device({ hangUpAfterRequest: true });
  using client = await RawClient.to(emulator.port);
  expect(await client.ask("01 03 000c 0001")).toBe("01030201f4");
  expect(await client.ask("01 03 000c 0001")).toBe(`01030201f4${"ee".repeat(7)}`);
});
