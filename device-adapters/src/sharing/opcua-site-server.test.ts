import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BatteryLease,
  type Device,
  type DispatchReceipt,
  type DispatchRefusal,
  epochMs,
  good,
  type PointReadings,
  type RunningSiteServer,
  type ServedSite,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../test/eventually.ts";
import { pointsAt, servedSite } from "../../test/served-site.ts";
import { rejection, testContext } from "../../test/test-context.ts";
import { provisionTrust } from "../opcua/application-certificate.ts";
import { type OpcuaOptions, opcua } from "../opcua/opcua-connector.ts";
import { opcuaSiteServer } from "./opcua-site-server.ts";

const context = testContext(systemClock);
const EMS = { userName: "ems", password: "sun & wind" };
const READER = { userName: "reader", password: "looks only" };
const users = [{ ...EMS, mayCommand: true }, READER];

let directory: string;
let serverCertificateFile: string;
let server: RunningSiteServer;
let site: ServedSite;
let points: PointReadings = {};
/** What the site answers to the next command instead of taking it. */
let answer: (() => DispatchReceipt) | null;
let received: BatteryLease[];
const devices: Device[] = [];

async function open(options: Partial<OpcuaOptions> = {}): Promise<Device> {
  const [endpointUrl = "", home = ""] = server.address.split(" ");
  const pkiDirectory = join(directory, "client");
  const device = await opcua({
    ...{ id: "other/home-1", endpointUrl, home, pkiDirectory, serverCertificateFile, user: EMS },
    publishingIntervalMs: 100,
    ...options,
  }).connect(context);
  devices.push(device);
  return device;
}

let sequence = 0;
function lease(powerW: number, lifeMs = 60_000): BatteryLease {
  sequence += 1;
  return { batteryPowerW: watts(powerW), validUntilMs: epochMs(systemClock.now() + lifeMs), sequence };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-site-server-"));
  ({ serverCertificateFile } = await provisionTrust({
    clientPkiDirectory: join(directory, "client"),
    serverPkiDirectory: join(directory, "server"),
  }));
  const taking = servedSite(() => points);
  site = {
    ...taking,
    dispatch: {
      ...taking.dispatch,
      command(command) {
        received.push(command);
        return answer === null ? taking.dispatch.command(command) : answer();
      },
    },
  };
  const options = { port: 0, pkiDirectory: join(directory, "server"), users, anonymousReads: true };
  server = await opcuaSiteServer(options).start(site, context);
}, 30_000);
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  points = pointsAt(systemClock.now());
  answer = null;
  received = [];
});
afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.close()));
});

describe("a site server", () => {
  test("shows another Commonwatt what it is, and every point with its source time", async () => {
    const device = await open();
    expect(device.identity).toMatchObject({
      manufacturer: "Commonwatt",
      model: "Home",
      serialNumber: "home-1",
      firmware: "1.2.3",
    });
    expect((await device.read()).points).toMatchObject({
      gridPowerW: points.gridPowerW,
      gridImportWh: points.gridImportWh,
      gridExportWh: points.gridExportWh,
      pvPowerW: points.pvPowerW,
      batteryPowerW: points.batteryPowerW,
      storedEnergyWh: points.storedEnergyWh,
    });
  });

  test("says by its status when a value is not good", async () => {
    const now = systemClock.now();
    const old = { ...good(watts(70), now), quality: "stale", reason: "9 s old" } as const;
    points = { gridPowerW: old };
    const device = await open();
    const read = (await device.read()).points;
    expect(read.gridPowerW).toMatchObject({ quality: "suspect", reason: "UncertainLastUsableValue" });
    expect(read.pvPowerW).toMatchObject({ value: null, quality: "unavailable", reason: "BadNoData" });
  });

  test("takes a command from a user who may, and tells it what is held", async () => {
    const device = await open();
    const command = lease(-1_500);
    expect(await device.battery?.apply(command)).toEqual({ status: "applied", appliedPowerW: -1_500 });
    expect(received).toEqual([command]);
    expect(site.dispatch.heldPowerW()).toBe(-1_500);
    await device.battery?.release();
    expect(site.dispatch.heldPowerW()).toBeNull();
  });

  test.for([
    ["expired", { status: "refused", code: "expired" }],
    ["out-of-order", { status: "refused", code: "out-of-order" }],
    ["opted-out", { status: "refused", code: "local-control" }],
    ["no-battery", { status: "refused", code: "no-battery" }],
  ] as const)(
    "answers a refusal for being %s with a status that our client knows",
    async ([code, receipt]) => {
      answer = () => ({ status: "refused", code, message: "no" });
      const device = await open();
      expect(await device.battery?.apply(lease(100))).toMatchObject(receipt);
    },
  );

  test.for([
    ["too-long", "BadOutOfRange"],
    ["unavailable", "BadInvalidState"],
  ] as const)("answers a refusal for being %s with %s", async ([code, status]) => {
    answer = () => ({ status: "refused", code: code as DispatchRefusal, message: "no" });
    const device = await open();
    expect(await rejection(Promise.resolve(device.battery?.apply(lease(100))))).toMatchObject({
      code: "OPCUA_BAD_STATUS",
      details: { status },
    });
  });

  test("refuses what it cannot write down, and serves on", async () => {
    answer = () => {
      throw new Error("the disk is full");
    };
    const device = await open();
    expect(await rejection(Promise.resolve(device.battery?.apply(lease(100))))).toMatchObject({
      details: { status: "BadInvalidState" },
    });
    answer = null;
    expect(await device.battery?.apply(lease(100))).toMatchObject({ status: "applied" });
  });

  test.for([
    ["a user who may only read", { user: READER }],
    ["nobody by name", {}],
  ] as const)("lets %s read and not command", async ([, options]) => {
    const [endpointUrl = "", home = ""] = server.address.split(" ");
    const trust = { pkiDirectory: join(directory, "client"), serverCertificateFile };
    const device = await opcua({ id: "other/home-1", endpointUrl, home, ...trust, ...options }).connect(
      context,
    );
    devices.push(device);
    expect((await device.read()).points.gridPowerW).toEqual(points.gridPowerW);
    expect(await device.battery?.apply(lease(100))).toMatchObject({
      status: "refused",
      code: "local-control",
    });
    expect(received).toEqual([]);
  });

  test("turns away a wrong password, and a client that nobody has introduced", async () => {
    const wrong = { ...EMS, password: "sun and wind" };
    expect(await rejection(open({ user: wrong }))).toMatchObject({ code: "OPCUA_ACCESS_DENIED" });
    const stranger = join(directory, "stranger");
    expect((await rejection(open({ pkiDirectory: stranger }))).code).toMatch(
      /^OPCUA_(UNTRUSTED|CONNECT_FAILED)$/,
    );
  });

  test("a client hears of a new value without asking again", async () => {
    const device = await open();
    const later = epochMs(systemClock.now() + 1_000);
    points = { ...points, gridPowerW: good(watts(4_242), later) };
    const heard = await eventually(async () => {
      const { gridPowerW } = (await device.read()).points;
      return gridPowerW?.value === 4_242 ? gridPowerW : null;
    });
    expect(heard.sourceTimeMs).toBe(later);
  });
});

test("a port that is taken is said so", async () => {
  const port = Number(/:(\d+) /.exec(server.address)?.[1]);
  const pkiDirectory = join(directory, "server");
  expect(await rejection(opcuaSiteServer({ port, pkiDirectory, users }).start(site, context))).toMatchObject({
    code: "SITE_SERVER_PORT_IN_USE",
  });
}, 30_000);

test.each([
  [[], /nobody could log in/],
  [[EMS, EMS], /every user has a name of its own/],
  [[{ userName: "ems", password: "" }], /needs a name and a password/],
])("users that cannot be are our configuration's mistake", (list, message) => {
  expect(() => opcuaSiteServer({ port: 0, pkiDirectory: directory, users: list })).toThrow(message);
});
