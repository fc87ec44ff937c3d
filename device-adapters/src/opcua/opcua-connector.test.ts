import { type Device, epochMs, good, missing, simulatedClock, wattHours, watts } from "@commonwatt/vpp-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../test/eventually.ts";
import { codeOf, type OpcuaBench, openOpcuaBench } from "../../test/opcua-bench.ts";
import { testContext } from "../../test/test-context.ts";
import { opcua } from "./opcua-connector.ts";

let bench: OpcuaBench;
let device: Device;

beforeAll(async () => {
  bench = await openOpcuaBench();
}, 30_000);

afterAll(() => bench.close());

beforeEach(async () => {
  await bench.renew();
  device = await bench.connect();
});

afterEach(() => device.close());

describe("reading", () => {
  test("says what the device is and can do", async () => {
    expect(device.identity).toEqual({
      protocol: "opcua",
      address: `opc.tcp://127.0.0.1:${bench.relay.port}`,
      manufacturer: "Acme",
      model: "Gateway",
      serialNumber: "S-home-9",
      firmware: "1.2",
    });
    expect([...device.capabilities]).toEqual(["meter", "battery"]);
    const other = await bench.connect({ home: "home-10" });
    expect([...other.capabilities]).toEqual(["meter"]);
    expect(other.battery).toBeNull();
    expect(other.identity.serialNumber).toBe("S-home-10");
    await other.close();
  });

  test("OPC UA: a value comes with its source time, at once and after each change", async () => {
    expect((await device.read()).points).toEqual({ gridPowerW: good(watts(-1_500), bench.startMs) });
    const later = epochMs(bench.startMs + 5_000);
    bench.points = { gridPowerW: good(watts(-1_500), later) };
    const moved = await eventually(async () => {
      const { gridPowerW } = (await device.read()).points;
      return gridPowerW?.sourceTimeMs === later ? gridPowerW : null;
    });
    expect(moved).toEqual(good(watts(-1_500), later));
  });

  test.each([
    ["suspect", "UncertainSensorNotAccurate", watts(7)],
    ["bad", "BadSensorFailure", null],
    ["unavailable", "BadNoData", null],
  ] as const)(
    "OPC UA: a value that is %s on the server, with status %s, arrives as such",
    async (quality, reason, value) => {
      const bad = missing(quality, "the test says so", epochMs(bench.startMs + 1));
      bench.points = { gridPowerW: { ...bad, value: value } };
      const seen = await eventually(async () => {
        const { gridPowerW } = (await device.read()).points;
        return gridPowerW?.quality === quality ? gridPowerW : null;
      });
      expect(seen).toEqual({ value, quality, reason, sourceTimeMs: bench.startMs + 1 });
    },
  );

  test("a home that the server does not have is an error, and so is a server of another kind", async () => {
    expect(await codeOf(bench.connect({ home: "home-77" }))).toBe("OPCUA_UNEXPECTED_SERVER");
    const nodes = { points: { gridPowerW: "nsu=urn:vendor;s=P" }, identity: {}, battery: null };
    expect(await codeOf(bench.connect({ nodes }))).toBe("OPCUA_UNEXPECTED_SERVER");
  });

  test("a server with other nodes is read by its map", async () => {
    const nodes = {
      points: { storedEnergyWh: "nsu=urn:commonwatt:der:v1;s=home-9.Battery.LastSequence" },
      identity: {},
      battery: null,
    };
    const newest = bench.lease(1_000);
    await device.battery?.apply(newest);
    const mapped = await bench.connect({ nodes });
    expect(mapped.identity.serialNumber).toBe("unknown");
    expect((await mapped.read()).points.storedEnergyWh?.value).toBe(wattHours(newest.sequence));
    await mapped.close();
  });
});

describe("commanding", () => {
  test("charges and discharges, and reports what is in force", async () => {
    expect(await device.battery?.apply(bench.lease(-2_000))).toEqual({
      status: "applied",
      appliedPowerW: -2_000,
    });
    expect(bench.plant.state().batteryPowerW).toBe(-2_000);
    expect(await device.battery?.apply(bench.lease(1_250))).toEqual({
      status: "applied",
      appliedPowerW: 1_250,
    });
    expect(bench.plant.state().batteryPowerW).toBe(1_250);
    expect(await device.battery?.apply(bench.lease(90_000))).toEqual({
      status: "applied",
      appliedPowerW: 5_000,
    });
    await device.battery?.release();
    expect(bench.battery.setpointW()).toBeNull();
    expect(bench.plant.state().batteryPowerW).toBe(500);
  });

  test("OPC UA: a command is a method with an end and a place in the order: late or out of order it is refused", async () => {
    expect(await device.battery?.apply(bench.lease(1_000, 0))).toMatchObject({
      status: "refused",
      code: "expired",
    });
    const newest = bench.lease(1_000);
    expect(await device.battery?.apply(newest)).toMatchObject({ status: "applied" });
    expect(await device.battery?.apply({ ...newest, batteryPowerW: watts(2_000) })).toMatchObject({
      status: "refused",
      code: "out-of-order",
    });
    expect(bench.battery.setpointW()).toBe(1_000);
  });

  test("OPC UA: the server refuses an expired lease of a client whose clock is behind", async () => {
    const behind = simulatedClock(epochMs(bench.clock.now() - 3_600_000));
    const connector = opcua({
      id: "behind",
      endpointUrl: bench.server.endpointUrl,
      home: "home-9",
      user: bench.user,
      ...bench.trusted,
    });
    const late = await connector.connect(testContext(behind));
    const receipt = await late.battery?.apply(bench.lease(1_000, -1));
    await late.close();
    expect(receipt).toMatchObject({ status: "refused", code: "expired", message: /BadInvalidTimestamp/ });
  });

  test("a successor that never commanded can release", async () => {
    await device.battery?.apply(bench.lease(1_000));
    const successor = await bench.connect();
    await successor.battery?.release();
    await successor.close();
    expect(bench.battery.setpointW()).toBeNull();
  });
});

describe("a bad network", () => {
  test("OPC UA: the 36-second trap: a command made while the connection is down fails, and is not delivered when it is back", async () => {
    bench.relay.cut(true);
    const lost = bench.lease(-3_000);
    await eventually(async () => ((await codeOf(device.read())) === "OPCUA_CONNECTION_LOST" ? true : null));
    expect(await codeOf(device.battery?.apply(lost))).toBe("OPCUA_CONNECTION_LOST");
    bench.relay.cut(false);
    await eventually(() => device.read());
    expect(bench.battery.lastSequence()).toBeLessThan(lost.sequence);
    // The same place in the order is still free.
    expect(await device.battery?.apply(lost)).toEqual({ status: "applied", appliedPowerW: -3_000 });
  });

  test("OPC UA: own watchdog: values go stale when the server falls silent, and a held back command comes too late", async () => {
    await device.battery?.release();
    const held = bench.lease(-3_000, 60_000);
    bench.relay.freeze();
    const stale = await eventually(async () => {
      const { gridPowerW } = (await device.read()).points;
      return gridPowerW?.quality === "stale" ? gridPowerW : null;
    });
    expect(stale).toMatchObject({ value: -1_500, sourceTimeMs: bench.startMs, reason: /nothing heard/ });
    expect(await codeOf(device.battery?.apply(held))).toBe("OPCUA_TIMEOUT");
    expect(await codeOf(device.read())).toBe("OPCUA_CONNECTION_LOST");
    bench.clock.advanceTo(held.validUntilMs);
    bench.relay.thaw();
    await eventually(() => device.read());
    expect(bench.battery.lastSequence()).toBeLessThan(held.sequence);
    expect(bench.battery.setpointW()).toBeNull();
    expect((await device.read()).points.gridPowerW?.quality).toBe("good");
  });

  test("connecting to nobody, or to somebody who does not answer, ends in time", async () => {
    bench.relay.cut(true);
    expect(await codeOf(bench.connect())).toBe("OPCUA_CONNECT_FAILED");
    bench.relay.cut(false);
    bench.relay.freeze();
    expect(await codeOf(bench.connect({ connectTimeoutMs: 300 }))).toBe("OPCUA_TIMEOUT");
  });

  test("a device that is closed stays closed", async () => {
    bench.relay.freeze();
    await device.close();
    await device.close();
    expect(await codeOf(device.read())).toBe("OPCUA_CLOSED");
    expect(await codeOf(device.battery?.apply(bench.lease(1_000)))).toBe("OPCUA_CLOSED");
  });
});
