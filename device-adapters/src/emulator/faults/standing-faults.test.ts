import { createConnection } from "node:net";
import {
  type Device,
  deviceId,
  durationMs,
  epochMs,
  type SimulatedClock,
  simulatedClock,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { rejection, testContext } from "../../../test/test-context.ts";
import { genericSunSpec } from "../../profiles/generic-sunspec.ts";
import { modbus } from "../../sunspec/sunspec-connector.ts";
import { BenchPlant } from "../bench-plant.ts";
import { startSunSpecEmulator } from "../sunspec-emulator.ts";
import { modbusFaultOf } from "./fitting-faults.ts";
import { standingFaults } from "./standing-faults.ts";

const NOON = epochMs(Date.UTC(2026, 5, 21, 12));

interface Bench {
  readonly port: number;
  readonly clock: SimulatedClock;
  readonly plant: BenchPlant;
  connect(requestTimeoutMs?: number): Promise<Device>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A hybrid inverter at noon with faults; faults of the wire begin with the first request. */
async function bench(...faults: readonly string[]): Promise<Bench> {
  const clock = simulatedClock(NOON);
  const plant = new BenchPlant({ startMs: NOON });
  const identity = { manufacturer: "Acme", model: "Hybrid", serialNumber: "S1", firmware: "1" };
  const emulator = await startSunSpecEmulator({
    host: "127.0.0.1",
    port: 0,
    clock,
    units: [{ unit: 1, plant, kind: "hybrid", identity }],
    ...standingFaults(
      faults.map((text) => modbusFaultOf(genericSunSpec, text)),
      clock,
    ),
  });
  const { port } = emulator;
  const devices: Device[] = [];
  return {
    port,
    clock,
    plant,
    connect: async (requestTimeoutMs = 3_000) => {
      const options = { id: deviceId("d"), host: "127.0.0.1", port, unit: 1, requestTimeoutMs };
      const device = await modbus({ ...options, backOffBaseMs: 20 }).connect(testContext(clock));
      devices.push(device);
      return device;
    },
    [Symbol.asyncDispose]: async () => {
      for (const device of devices) await device.close();
      await emulator.close();
    },
  };
}

test.for(["coalesced", "byte-by-byte", "delay:5", "no-end-model"])(
  "with %s every value is good, the first time",
  async (fault) => {
    await using home = await bench(fault);
    const device = await home.connect();
    expect((await device.read()).points.pvPowerW).toMatchObject({ value: 6_000, quality: "good" });
  },
);

/** Long enough for an answer on a busy machine, or short where there will be none. */
test.for([
  ["busy:1", "MODBUS_EXCEPTION", 5_000],
  ["wrong-unit:1", "MODBUS_BAD_FRAME", 5_000],
  ["wrong-transaction:1", "MODBUS_TIMEOUT", 60],
  ["truncated:1", "MODBUS_TIMEOUT", 60],
  ["lost:1", "MODBUS_TIMEOUT", 60],
  ["deaf:60000", "MODBUS_TIMEOUT", 60],
] as const)(
  "with %s connecting fails with %s, which may be tried again",
  async ([fault, code, timeoutMs]) => {
    await using home = await bench(fault);
    expect(await rejection(home.connect(timeoutMs))).toMatchObject({ code, retryable: true });
  },
);

test("every fortieth answer is a reset, and the device is read again after it", async () => {
  await using home = await bench("reset:40");
  const device = await home.connect();
  const outcomes = new Set<unknown>();
  for (let count = 0; count < 12; count++) {
    const outcome = device.read().then(
      ({ points }) => points.pvPowerW?.value,
      (error: { code: string }) => error.code,
    );
    outcomes.add(await outcome);
  }
  expect(outcomes).toEqual(new Set([6_000, "MODBUS_CONNECTION_LOST"]));
});

test("scale factors that move leave the values as they are", async () => {
  await using home = await bench("moving-scale:1000");
  const device = await home.connect();
  const before = (await device.read()).points;
  home.clock.advanceTo(epochMs(NOON + 1_000));
  const after = (await device.read()).points;
  expect(after.inverterPowerW).toMatchObject({ value: before.inverterPowerW?.value, quality: "good" });
  expect(after.batteryCapacityWh?.value).toBe(10_000);
});

test("at night the inverter has no values, and not zeros", async () => {
  await using home = await bench("night:1000");
  const device = await home.connect();
  home.clock.advanceTo(epochMs(NOON + 1_000));
  const { points } = await device.read();
  for (const point of [points.pvPowerW, points.inverterPowerW, points.batteryPowerW]) {
    expect(point).toMatchObject({ value: null, quality: "unavailable" });
  }
  expect(points.batteryCapacityWh?.value).toBe(10_000);
});

test("a changed L is found anew, both ways", async () => {
  await using home = await bench("length-change:1000");
  const device = await home.connect();
  for (const atMs of [0, 1_000, 2_000, 3_000]) {
    home.clock.advanceTo(epochMs(NOON + atMs));
    expect((await device.read()).points.pvPowerW?.quality).toBe("good");
  }
});

test.for([
  ["a timer that releases", [], 0],
  ["one that does not", ["stuck-timer"], 2_000],
] as const)("after the lease, %s", async ([, faults, heldW]) => {
  await using home = await bench(...faults);
  const { battery } = await home.connect();
  const lease = { batteryPowerW: watts(2_000), validUntilMs: epochMs(NOON + 10_000), sequence: 1 };
  expect(await battery?.apply(lease)).toMatchObject({ status: "applied" });
  home.clock.advanceTo(epochMs(NOON + durationMs(11_000)));
  const { batteryPowerW } = home.plant.state();
  expect(batteryPowerW === 2_000 ? 2_000 : 0).toBe(heldW);
});

test("a worn out memory takes no more commands", async () => {
  await using home = await bench("eeprom:0");
  const { battery } = await home.connect();
  const lease = { batteryPowerW: watts(2_000), validUntilMs: epochMs(NOON + 60_000), sequence: 1 };
  if (battery === null) throw new Error("no battery");
  expect(await rejection(battery.apply(lease))).toMatchObject({
    code: "MODBUS_EXCEPTION",
    details: { exceptionCode: 4 },
  });
});

test.for(["single-client:0", "single-client:1"])("with %s a second client is not served", async (fault) => {
  await using home = await bench(fault);
  const first = await home.connect();
  const second = createConnection(home.port, "127.0.0.1");
  let answered = 0;
  second.on("data", (chunk) => {
    answered += chunk.length;
  });
  second.on("error", () => undefined);
  second.write(Buffer.from("00010000000601039c400001", "hex"));
  expect((await first.read()).points.pvPowerW?.value).toBe(6_000);
  await new Promise((resolve) => systemClock.after(durationMs(30), () => resolve(null)));
  expect(answered).toBe(0);
  second.destroy();
});
