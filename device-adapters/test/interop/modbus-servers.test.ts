import {
  type Device,
  deviceId,
  epochMs,
  good,
  simulatedClock,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mbpollRegisters } from "../../../.ci/mbpoll.ts";
import { ModbusConnection } from "../../src/modbus/modbus-connection.ts";
import { exceptionCodeOf } from "../../src/modbus/modbus-errors.ts";
import { modbus } from "../../src/sunspec/sunspec-connector.ts";
import { testContext } from "../test-context.ts";
import { PEERS, type Peer, type PeerName, startPeer } from "./peers.ts";
import { modelAddress, sunSpecImage, UNIT } from "./sunspec-image.ts";

const HOST = "127.0.0.1";
const hybrid = await sunSpecImage("hybrid", -5_000);
const clock = simulatedClock(epochMs(Date.UTC(2026, 5, 1, 7)));

function connect({ port }: Peer): Promise<Device> {
  return modbus({ id: deviceId("home/device"), host: HOST, port, unit: UNIT }).connect(testContext(clock));
}

/** What a request comes to: its exception, or our name for what went wrong. */
function outcome(request: Promise<unknown>): Promise<string> {
  return request.then(
    (reply) => (Buffer.isBuffer(reply) ? `${reply.length / 2} registers` : "written"),
    (error: { readonly code?: string }) => {
      const exception = exceptionCodeOf(error);
      return exception === null ? `${error.code}` : `exception ${exception}`;
    },
  );
}

/** What each peer answers to requests that go too far; nothing of it may pass for a value. */
const TOO_FAR: Readonly<Record<PeerName, Readonly<Record<string, string>>>> = {
  pymodbus: {
    readBeyond: "exception 2",
    readHalfBeyond: "exception 2",
    writeBeyond: "exception 2",
    // It says nothing for a unit that it does not have.
    otherUnit: "MODBUS_TIMEOUT",
  },
  libmodbus: {
    readBeyond: "exception 2",
    readHalfBeyond: "exception 2",
    writeBeyond: "exception 2",
    otherUnit: "1 registers",
  },
  jsmodbus: {
    // It answers with fewer registers than were asked for.
    readBeyond: "MODBUS_BAD_FRAME",
    readHalfBeyond: "MODBUS_BAD_FRAME",
    writeBeyond: "exception 2",
    otherUnit: "1 registers",
  },
};

describe.each(PEERS)("%s serves a hybrid inverter:", (name) => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startPeer(name, hybrid.image);
  });
  afterAll(() => peer[Symbol.asyncDispose]());

  test("our client reads what the plant does", async () => {
    const device = await connect(peer);
    expect(device.identity).toMatchObject({ manufacturer: "Bench", model: "Hybrid", serialNumber: "H-1" });
    expect([...device.capabilities]).toEqual(expect.arrayContaining(["pv", "battery"]));
    const { points } = await device.read();
    const { ratings } = hybrid.plant;
    const { loadPowerW, gridPowerW, pvPowerW } = hybrid.plant.state();
    const values = Object.fromEntries(Object.entries(points).map(([point, { value }]) => [point, value]));
    expect(values).toMatchObject({
      inverterPowerW: loadPowerW - gridPowerW,
      pvPowerW,
      batteryPowerW: -5_000,
      storedEnergyWh: 5_000,
      batteryCapacityWh: ratings.batteryCapacityWh,
      chargePowerMaxW: ratings.chargePowerMaxW,
      dischargePowerMaxW: ratings.dischargePowerMaxW,
    });
    expect(values["inverterPowerW"]).toBeLessThan(0);
    await device.close();
  });

  test("a battery command is written, read back, seen by mbpoll, and released", async () => {
    const device = await connect(peer);
    const lease = { batteryPowerW: watts(-2_000), validUntilMs: epochMs(clock.now() + 60_000), sequence: 1 };
    expect(await device.battery?.apply(lease)).toEqual({ status: "applied", appliedPowerW: -2_000 });
    const storage = modelAddress(hybrid.image, 124);
    const seen = (offset: number, count: number): readonly number[] =>
      mbpollRegisters({ host: HOST, port: peer.port, unit: UNIT }, storage + offset, count);
    // StorCtl_Mod; then OutWRte −40 % and InWRte 40 % of 5 kW, the window's delay, the reversion timer.
    expect(seen(5, 1)).toEqual([3]);
    expect(seen(12, 4)).toEqual([0x1_0000 - 4_000, 4_000, 0, 60]);
    expect(seen(17, 1)).toEqual([1]);
    await device.battery?.release();
    expect(seen(5, 1)).toEqual([0]);
    expect(seen(12, 2)).toEqual([10_000, 10_000]);
    expect(seen(17, 1)).toEqual([0]);
    await device.close();
  });

  test("a request that goes too far is refused, or noticed", async () => {
    const connection = new ModbusConnection({
      host: HOST,
      port: peer.port,
      backOff: { baseMs: 1, maxMs: 1 },
      wallClock: systemClock,
    });
    const options = { deadlineMs: epochMs(systemClock.now() + 5_000) };
    const end = hybrid.image.address + hybrid.image.registers.length;
    const short = { deadlineMs: epochMs(systemClock.now() + 1_000) };
    expect({
      readBeyond: await outcome(connection.readRegisters(UNIT, end, 2, options)),
      readHalfBeyond: await outcome(connection.readRegisters(UNIT, end - 1, 2, options)),
      writeBeyond: await outcome(connection.writeRegisters(UNIT, end, [1, 2], options)),
      otherUnit: await outcome(connection.readRegisters(UNIT + 1, hybrid.image.address, 1, short)),
    }).toEqual(TOO_FAR[name]);
    connection.close();
  });
});

test.for([
  ["a meter", "meter"],
  ["an IEEE 1547 device, whose model 701 is longer than a read may be,", "der"],
] as const)("three servers agree on every value of %s as our emulator encoded it", async ([, kind]) => {
  const { image, plant } = await sunSpecImage(kind, 4_000);
  const readings = await Promise.all(
    PEERS.map(async (name) => {
      await using peer = await startPeer(name, image);
      const device = await connect(peer);
      const { points } = await device.read();
      await device.close();
      return points;
    }),
  );
  const { gridPowerW, loadPowerW } = plant.state();
  expect(gridPowerW).toBeLessThan(0);
  const [first] = readings;
  if (kind === "meter") expect(first?.gridPowerW).toEqual(good(gridPowerW, clock.now()));
  else expect(first?.inverterPowerW).toEqual(good(watts(loadPowerW - gridPowerW), clock.now()));
  expect(readings).toEqual(PEERS.map(() => first));
});

test("a device whose reversion timer stands still is not left under command", async () => {
  const { image } = await sunSpecImage("der", 0);
  await using peer = await startPeer("libmodbus", image);
  const device = await connect(peer);
  const lease = { batteryPowerW: watts(-2_000), validUntilMs: epochMs(clock.now() + 60_000), sequence: 1 };
  expect(await device.battery?.apply(lease)).toMatchObject({ status: "refused", code: "not-confirmed" });
  // WSetEna: what cannot end by itself is not left on.
  const enable = modelAddress(image, 704) + 22;
  expect(mbpollRegisters({ host: HOST, port: peer.port, unit: UNIT }, enable, 1)).toEqual([0]);
  await device.close();
});
