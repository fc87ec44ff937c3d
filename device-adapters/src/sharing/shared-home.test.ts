import { join } from "node:path";
import {
  type Device,
  deviceId,
  durationMs,
  epochMs,
  type LeaseReceipt,
  sleep,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBareClient } from "../../test/bare-client.ts";
import { eventually } from "../../test/eventually.ts";
import { EMS_USER, type SharedHome, startSharedHome } from "../../test/shared-home.ts";
import { testContext } from "../../test/test-context.ts";
import { provisionTrust } from "../opcua/application-certificate.ts";
import { opcua } from "../opcua/opcua-connector.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";

const context = testContext(systemClock);
let home: SharedHome;
let ems: Device;

async function connect(): Promise<Device> {
  const pkiDirectory = join(home.directory, "client");
  const { endpointUrl, pkiDirectory: serverPkiDirectory } = home;
  const { serverCertificateFile } = await provisionTrust({
    clientPkiDirectory: pkiDirectory,
    serverPkiDirectory,
  });
  const options = { endpointUrl, home: "home-1", pkiDirectory, serverCertificateFile, user: EMS_USER };
  return opcua({ id: "other/home-1", publishingIntervalMs: 100, ...options }).connect(context);
}

function command(powerW: number, sequence: number, lifeMs = 60_000): Promise<LeaseReceipt | undefined> {
  const validUntilMs = epochMs(systemClock.now() + lifeMs);
  return Promise.resolve(ems.battery?.apply({ batteryPowerW: watts(powerW), validUntilMs, sequence }));
}

/** Waits until the emulated battery does what is expected. */
const battery = (doesIt: (powerW: number) => boolean): Promise<true> =>
  eventually(async () => (doesIt(home.plant.state().batteryPowerW) ? true : null));

beforeAll(async () => {
  home = await startSharedHome();
  ems = await connect();
});
afterAll(async () => {
  await ems.close();
  await home.stop();
});

test("a dispatch moves the battery of the running home, which the façade shows, and ends by itself", async () => {
  expect(home.problems).toEqual([]);
  expect(await command(2_000, 10, 6_000)).toEqual({ status: "applied", appliedPowerW: 2_000 });
  await battery((powerW) => powerW === 2_000);
  const address = { host: "127.0.0.1", port: home.facadePort, unit: 1 };
  const shared = await modbus({ id: deviceId("evcc/home-1"), ...address }).connect(context);
  await eventually(async () => ((await shared.read()).points.batteryPowerW?.value === 2_000 ? true : null));
  // Nobody says anything any more.
  await battery((powerW) => powerW !== 2_000);
  const seen = await eventually(async () => {
    const { batteryPowerW } = (await shared.read()).points;
    return batteryPowerW?.value !== 2_000 && batteryPowerW?.quality === "good" ? batteryPowerW : null;
  });
  expect(seen.value).toBe(home.plant.state().batteryPowerW);
  await shared.close();
});

test("what goes beyond the limits of the home is narrowed, and said so", async () => {
  expect(await command(-90_000, 20)).toEqual({ status: "applied", appliedPowerW: -5_000 });
  await battery((powerW) => powerW === -5_000);
  await ems.battery?.release();
  await battery((powerW) => powerW > -5_000);
});

test("nobody commands the home through its façade", async () => {
  const address = { host: "127.0.0.1", port: home.facadePort, unit: 1 };
  const shared = await modbus({ id: deviceId("evcc/home-1"), ...address }).connect(context);
  const { commands } = home;
  const validUntilMs = epochMs(systemClock.now() + 60_000);
  const order = await shared.battery?.apply({ batteryPowerW: watts(1_000), validUntilMs, sequence: 1 });
  expect(order).toMatchObject({ status: "refused" });
  await using client = await openBareClient(home.facadePort, 1);
  // StorCtl_Mod, and OutWRte with InWRte: what a client without our scruples writes.
  expect(await client.exceptionTo(6, 40_155, [2])).toBe(1);
  expect(await client.exceptionTo(16, 40_162, [1_000, 1_000])).toBe(1);
  expect(home.commands).toBe(commands);
  await shared.close();
});

test("a command is refused when it is late, out of order, or the owner has opted out", async () => {
  expect(await command(1_000, 30)).toMatchObject({ status: "applied" });
  await battery((powerW) => powerW === 1_000);
  expect(await command(3_000, 31, -1)).toMatchObject({ status: "refused", code: "expired" });
  expect(await command(3_000, 30)).toMatchObject({ status: "refused", code: "out-of-order" });
  home.site.setOptedOut(true);
  expect(await command(3_000, 40)).toMatchObject({ status: "refused", code: "local-control" });
  await battery((powerW) => powerW !== 1_000 && powerW !== 3_000);
  home.site.setOptedOut(false);
  expect(await command(1_500, 40)).toMatchObject({ status: "applied" });
  await battery((powerW) => powerW === 1_500);
});

test("an old command is refused after a restart of the home, too, which returned the battery", async () => {
  await ems.close();
  await home.stopSite();
  expect(home.plant.state().batteryPowerW).not.toBe(1_500);
  await home.startSite();
  ems = await connect();
  expect(await command(2_500, 40)).toMatchObject({ status: "refused", code: "out-of-order" });
  await sleep(systemClock, durationMs(1_500));
  expect(home.plant.state().batteryPowerW).not.toBe(2_500);
  expect(await command(2_500, 41)).toMatchObject({ status: "applied" });
  await battery((powerW) => powerW === 2_500);
});
