import { readFile } from "node:fs/promises";
import { epochMs, simulatedClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import type { RegisterFixture } from "../../../test/fixture-device.ts";
import { fixturePlant } from "../../../test/fixture-plant.ts";
import { REGISTER_MAPS } from "../../../test/register-maps.ts";
import type { RegisterBank, WriteFunction } from "../../modbus/modbus-server.ts";
import type { RegisterMapProfile } from "../../profile-device/profile.ts";
import { registersOf } from "../../profile-device/register-codec.ts";
import { NO_REGISTER_FAULTS } from "../faults/register-faults.ts";
import { ProfileRegisters } from "./profile-unit.ts";

/**
 * Recorded words that a plant's state does not settle: how a sum is parted, which power of ten a scale
 * register says, bits beside the direction, a current, and fractions of a watt or a percent.
 */
const NOT_SETTLED: Readonly<Record<string, readonly number[]>> = {
  "carlo-gavazzi-em24": [40],
  "deye-3-phase": [672, 673],
  "deye-3-phase-hv": [672, 673],
  "eastron-sdm630": [53],
  "goodwe-et": [35_106, 35_110],
  "kostal-plenticore": [172, 252],
  "solaredge-storedge": [40_206, 40_210, 40_226, 40_227, 40_234, 40_235, 40_242, 57_732],
  "sungrow-sh": [13_000, 13_020],
  "victron-gx": [808, 809, 811, 820, 821, 850],
};

async function loaded(profile: RegisterMapProfile, night = false) {
  const url = new URL(`../../../test/fixtures/${profile.name}.registers.json`, import.meta.url);
  const fixture = JSON.parse(await readFile(url, "utf8")) as RegisterFixture;
  const plant = fixturePlant(fixture);
  const {
    serialNumber = "",
    model = "",
    firmware = fixture.options?.firmware ?? "",
  } = fixture.identity ?? {};
  const registers = new ProfileRegisters(
    {
      profile,
      plant,
      clock: simulatedClock(epochMs(0)),
      faults: () => ({ ...NO_REGISTER_FAULTS, night }),
    },
    { manufacturer: profile.vendor, model, serialNumber, firmware },
  );
  const bankOf = (unit: number): RegisterBank => {
    const named = Object.entries(profile.wire.units ?? {}).find(([, id]) => id === unit);
    return registers.unit(unit === profile.wire.unit ? undefined : named?.[0]);
  };
  // Settings that somebody had made.
  for (const { address, unitName, write, ...register } of Object.values(profile.registers)) {
    const id = unitName === undefined ? profile.wire.unit : profile.wire.units?.[unitName];
    const words = fixture.units[`${id}`]?.holding?.[`${address}`];
    if (write === undefined || words === undefined) continue;
    expect(words.length).toBe(registersOf({ address, ...register }));
    expect(bankOf(id ?? 0).write(address, words.map(Number), write.function)).toBeNull();
  }
  return { fixture, plant, bankOf };
}

function wordAt(bank: RegisterBank, table: string, address: number): number | null {
  const bytes = table === "input" ? bank.readInput?.(address, 1) : bank.read(address, 1);
  return Buffer.isBuffer(bytes) ? bytes.readUInt16BE() : null;
}

test.for(REGISTER_MAPS.map((profile) => [profile.name, profile] as const))(
  "%s: a plant in the recorded state has the recorded registers",
  async ([name, profile]) => {
    // The one fixture recorded at night says so by sentinels.
    const { fixture, bankOf } = await loaded(profile, name === "sma-hybrid");
    const differing: number[] = [];
    let same = 0;
    for (const [unit, tables] of Object.entries(fixture.units)) {
      for (const [table, blocks] of Object.entries(tables)) {
        for (const [start, words] of Object.entries(blocks)) {
          for (const [index, word] of words.entries()) {
            const address = Number(start) + index;
            if (wordAt(bankOf(Number(unit)), table, address) === Number(word)) same += 1;
            else differing.push(address);
          }
        }
      }
    }
    expect(differing).toEqual(NOT_SETTLED[name] ?? []);
    expect(same).toBeGreaterThan(differing.length);
  },
);

/** Performs a recorded write frame: unit, function and body in hexadecimal. */
function perform(bankOf: (unit: number) => RegisterBank, frame: string): unknown {
  const bytes = Buffer.from(frame, "hex");
  const functionCode = bytes.readUInt8(1) as WriteFunction;
  const values =
    functionCode === 6
      ? [bytes.readUInt16BE(4)]
      : Array.from({ length: bytes.readUInt16BE(4) }, (_, index) => bytes.readUInt16BE(7 + 2 * index));
  return bankOf(bytes.readUInt8(0)).write(bytes.readUInt16BE(2), values, functionCode);
}

test.for(
  REGISTER_MAPS.filter(({ battery }) => battery !== null).map((profile) => [profile.name, profile] as const),
)("%s: the recorded frames of commands move the battery, those of release let it go", async ([, profile]) => {
  const { fixture, plant, bankOf } = await loaded(profile);
  expect(fixture.commands?.length).toBeGreaterThan(1);
  for (const { frames, appliedPowerW } of fixture.commands ?? []) {
    for (const frame of frames) expect(perform(bankOf, frame)).toBeNull();
    expect(plant.window).toEqual({ minW: appliedPowerW, maxW: appliedPowerW });
  }
  for (const frame of fixture.release ?? []) expect(perform(bankOf, frame)).toBeNull();
  expect(plant.window?.minW ?? 0).toBe(0);
  expect(plant.window?.maxW ?? 0).toBe(0);
});
