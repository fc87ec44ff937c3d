import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Device,
  deviceId,
  good,
  missing,
  type PointReadings,
  type RunningSiteServer,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBareClient } from "../../test/bare-client.ts";
import { pointsAt, servedSite } from "../../test/served-site.ts";
import { testContext } from "../../test/test-context.ts";
import { modelById } from "../sunspec/models/models.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";
import { sunspecFacade } from "./sunspec-facade.ts";

const PAGE = readFileSync(fileURLToPath(new URL("../../docs/sharing-a-home.md", import.meta.url)), "utf8");
const now = systemClock.now();
const context = testContext(systemClock);

let points: PointReadings;
let asked: number;
let facade: RunningSiteServer;
let port: number;
const devices: Device[] = [];

async function open(unit: number): Promise<Device> {
  const device = await modbus({ id: deviceId(`shared/${unit}`), host: "127.0.0.1", port, unit }).connect(
    context,
  );
  devices.push(device);
  return device;
}

/** Registers as they stand on the wire. */
async function registers(unit: number, address: number, count: number): Promise<readonly number[]> {
  await using client = await openBareClient(port, unit);
  return await client.read(address, count);
}

beforeEach(async () => {
  points = pointsAt(now);
  asked = 0;
  const site = servedSite(() => {
    asked += 1;
    return points;
  });
  facade = await sunspecFacade({ port: 0 }).start(site, context);
  port = Number(/:(\d+) /.exec(facade.address)?.[1]);
});
afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.close()));
  await facade.stop();
});

describe("a façade", () => {
  test("says what it is, and gives our own client every value to the watt and watt-hour", async () => {
    const [inverter, meter] = [await open(1), await open(200)];
    expect(inverter.identity).toMatchObject({
      manufacturer: "Commonwatt",
      model: "Home inverter",
      serialNumber: "home-1",
      firmware: "1.2.3",
    });
    expect(meter.identity.model).toBe("Home meter");
    const shown = { ...(await inverter.read()).points, ...(await meter.read()).points };
    for (const [name, measured] of Object.entries(points)) {
      const point = shown[name as keyof PointReadings];
      expect([name, point?.quality]).toEqual([name, "good"]);
      // State of charge goes over the wire in hundredths of a percent: here 1.1 Wh.
      const stepOff = name === "storedEnergyWh" ? 1 : 0;
      expect(Math.abs((point?.value ?? Number.NaN) - (measured.value ?? 0))).toBeLessThanOrEqual(stepOff);
    }
    // Model 713 has it to the watt-hour.
    expect((await registers(1, 40_266, 9)).slice(2, 4)).toEqual([11_040, 6_543]);
  });

  test.each([
    ["stale", { ...good(watts(700), now), quality: "stale", reason: "9 s old" }],
    ["suspect", { ...good(watts(700), now), quality: "suspect", reason: "beyond its rating" }],
    ["bad", missing("bad", "the device says so", now)],
    ["unavailable", missing("unavailable", "no device reports it", now)],
  ] as const)("a value that is %s is not implemented, never 0 and never old", async (_, point) => {
    points = Object.fromEntries(Object.keys(points).map((name) => [name, point])) as PointReadings;
    // AC power, grid power, both counters with their scale factor, state of charge, and the inputs of model 160.
    expect(await registers(1, 40_084, 2)).toEqual([0x8000, 0x8000]);
    expect(await registers(200, 40_088, 1)).toEqual([0x8000]);
    expect(await registers(200, 40_124, 1)).toEqual([0x8000]);
    const meter = await open(200);
    expect((await meter.read()).points).toMatchObject({
      gridPowerW: { value: null, quality: "unavailable" },
      gridImportWh: { value: null, quality: "unavailable" },
      gridExportWh: { value: null, quality: "unavailable" },
    });
    const inverter = await open(1);
    const read = (await inverter.read()).points;
    expect(Object.values(read).map(({ value }) => value)).toEqual(Object.values(read).map(() => null));
  });

  test("a value comes back as soon as it is good again, and its registers stand where they stood", async () => {
    const inverter = await open(1);
    points = {};
    expect((await inverter.read()).points.pvPowerW?.value).toBeNull();
    points = pointsAt(now);
    expect((await inverter.read()).points.pvPowerW?.value).toBe(5_431);
  });

  test("more than 32 kW take a scale factor, and a counter of 32 bits begins anew", async () => {
    const { gridImportWh } = pointsAt(now);
    points = {
      ...pointsAt(now),
      gridPowerW: good(watts(-45_670), now),
      gridImportWh: { ...gridImportWh, value: (2 ** 32 + 5) as typeof gridImportWh.value },
    };
    const { points: read } = await (await open(200)).read();
    expect(read).toMatchObject({ gridPowerW: { value: -45_670 }, gridImportWh: { value: 5 } });
  });

  const rows = [...PAGE.matchAll(/^\| (\d+) \| (\d+) \| (\d+) `(\w+)`/gm)];

  test.each(rows.map(([, ...row]) => row))(
    "the page is right: unit %s has at %s model %s's %s",
    async (...row) => {
      const [unit, address, model, name] = row;
      const definition = modelById(Number(model));
      let at = 40_002;
      for (;;) {
        const [id = 0, length = 0] = await registers(Number(unit), at, 2);
        if (id === Number(model)) break;
        expect(id).not.toBe(0xffff);
        at += 2 + length;
      }
      expect(rows.length).toBeGreaterThanOrEqual(12);
      expect(Number(address) - at).toBe(definition?.points.find((point) => point.name === name)?.offset);
    },
  );

  test("every write is answered with exception 1, wherever it goes", async () => {
    for (const unit of [1, 200]) {
      await using client = await openBareClient(port, unit);
      for (const address of [40_003, 40_205, 50_000]) {
        expect(await client.exceptionTo(6, address, [1])).toBe(1);
        expect(await client.exceptionTo(16, address, [1, 2])).toBe(1);
      }
    }
    expect(await registers(1, 40_000, 2)).toEqual([0x5375, 0x6e53]);
  });

  test("fifty clients read at once, from what the site has read already", async () => {
    const read = await Promise.all(Array.from({ length: 50 }, () => registers(1, 40_084, 2)));
    expect(new Set(read.map(String))).toEqual(new Set(["3907,0"]));
    expect(asked).toBe(50);
  });
});

test("a port that is taken is said so", async () => {
  const site = servedSite(() => ({}));
  await expect(sunspecFacade({ port }).start(site, context)).rejects.toMatchObject({
    code: "SITE_SERVER_PORT_IN_USE",
    message: `cannot listen on 127.0.0.1:${port}: the port is in use`,
  });
});

test.each([
  [{ port: 0, unit: 0 }, "unit 0 is not 1 to 247"],
  [{ port: 0, unit: 200 }, "inverter and meter are both unit 200"],
])("units that cannot be are our configuration's mistake: %j", (options, message) => {
  expect(() => sunspecFacade(options)).toThrow(message);
});
