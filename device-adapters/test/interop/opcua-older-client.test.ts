import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@commonwatt/vpp-core";
import {
  AttributeIds,
  type CallMethodResult,
  type ClientSession,
  DataType,
  LogLevel,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  setLogLevel,
  TimestampsToReturn,
  VariantArrayType,
} from "node-opcua-older";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BenchPlant } from "../../src/emulator/bench-plant.ts";
import { type OpcuaEmulator, startOpcuaEmulator } from "../../src/emulator/opcua-emulator.ts";
import { readCertificate, trustCertificate } from "../../src/opcua/application-certificate.ts";
import { DER_NAMESPACE_URI } from "../../src/opcua/der-model.ts";
import { eventually } from "../eventually.ts";
import { capture, complaints, testOnWire } from "./capture.ts";
import { expectSecureConversation, OPCUA_FIELDS } from "./opcua-wire.ts";

let folder: string;
let emulator: OpcuaEmulator;

/**
 * A client of the older release, with a key and a trust list of its own. It asks the server for its endpoints
 * and its certificate first, as most clients do, unless it has the certificate `pinned`.
 */
async function olderClient(
  name: string,
  { mode = MessageSecurityMode.SignAndEncrypt, pinned = false } = {},
): Promise<OPCUAClient> {
  const rootFolder = join(folder, name);
  const certificates = new OPCUACertificateManager({
    rootFolder,
    automaticallyAcceptUnknownCertificate: false,
  });
  await certificates.initialize();
  const serverCertificate = await readCertificate(emulator.certificateFile);
  await certificates.trustCertificate(serverCertificate);
  const isSecure = mode !== MessageSecurityMode.None;
  const client = OPCUAClient.create({
    applicationName: name,
    applicationUri: `urn:vendor:${name}`,
    clientCertificateManager: certificates,
    ...(pinned ? { serverCertificate } : {}),
    securityMode: mode,
    securityPolicy: isSecure ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None,
    endpointMustExist: !pinned && isSecure,
    connectionStrategy: { maxRetry: 0 },
  });
  await client.createDefaultCertificate();
  return client;
}

/** Connects a client that the emulator has been told to trust. */
async function connected(
  pinned = false,
): Promise<{ readonly client: OPCUAClient; readonly session: ClientSession }> {
  const client = await olderClient("aggregator", { pinned });
  await trustCertificate(join(folder, "emulator"), client.certificateFile);
  await client.connect(emulator.endpointUrl);
  return { client, session: await client.createSession() };
}

beforeAll(async () => {
  setLogLevel(LogLevel.Alert);
  folder = await mkdtemp(join(tmpdir(), "commonwatt-older-"));
  emulator = await startOpcuaEmulator({
    port: 0,
    pkiDirectory: join(folder, "emulator"),
    clock: systemClock,
    homes: [
      {
        name: "home-1",
        plant: new BenchPlant({ startMs: systemClock.now() }),
        identity: { manufacturer: "Acme", model: "Gateway", serialNumber: "S1", firmware: "1" },
      },
    ],
  });
});
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

/** Calls a method of the battery as any client would: by node ids, with typed arguments. */
function command(
  session: ClientSession,
  powerW: number,
  untilMs: number,
  sequence: number,
): Promise<CallMethodResult> {
  const namespace = session.getNamespaceIndex(DER_NAMESPACE_URI);
  return session.call({
    objectId: `ns=${namespace};s=home-1.Battery`,
    methodId: `ns=${namespace};s=home-1.Battery.SetActivePower`,
    inputArguments: [
      { dataType: DataType.Int32, value: powerW },
      { dataType: DataType.DateTime, value: new Date(untilMs) },
      { dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value: [0, sequence] },
    ],
  });
}

describe("an older client that is trusted", () => {
  let client: OPCUAClient;
  let session: ClientSession;
  beforeAll(async () => {
    ({ client, session } = await connected());
    await session.readNamespaceArray();
  });
  afterAll(() => client.disconnect());

  const nodeId = (path: string): string =>
    `ns=${session.getNamespaceIndex(DER_NAMESPACE_URI)};s=home-1.${path}`;

  test("browses the home and reads values with units and source times", async () => {
    const browsed = await session.browse(nodeId("Battery").replace(".Battery", ""));
    const parts = browsed.references?.map(({ browseName }) => browseName.name);
    expect(parts).toEqual(expect.arrayContaining(["Identification", "Grid", "Inverter", "Battery"]));
    const capacity = await session.read({
      nodeId: nodeId("Battery.Capacity"),
      attributeId: AttributeIds.Value,
    });
    expect(capacity.statusCode.name).toBe("Good");
    expect(capacity.value).toMatchObject({ dataType: DataType.Double, value: 10_000 });
    expect(Math.abs((capacity.sourceTimestamp?.getTime() ?? 0) - systemClock.now())).toBeLessThan(60_000);
    const unit = await session.read({
      nodeId: nodeId("Battery.Capacity.EngineeringUnits"),
      attributeId: AttributeIds.Value,
    });
    expect(unit.value.value.displayName.text).toBe("W·h");
    const readOnly = await session.write({
      nodeId: nodeId("Battery.Capacity"),
      attributeId: AttributeIds.Value,
      value: { value: { dataType: DataType.Double, value: 1 } },
    });
    expect(readOnly.name).toBe("BadNotWritable");
  });

  test("commands the battery, and hears of it by its subscription", async () => {
    const subscription = await session.createSubscription2({
      requestedPublishingInterval: 100,
      requestedMaxKeepAliveCount: 5,
      requestedLifetimeCount: 50,
      publishingEnabled: true,
    });
    const item = await subscription.monitor(
      { nodeId: nodeId("Battery.ActivePower"), attributeId: AttributeIds.Value },
      { samplingInterval: 100, queueSize: 10, discardOldest: true },
      TimestampsToReturn.Both,
    );
    const heard: unknown[] = [];
    item.on("changed", (value) => heard.push(value.value.value));
    const until = systemClock.now() + 60_000;
    const answer = await command(session, -1_750, until, 10);
    expect(answer.statusCode.name).toBe("Good");
    expect(answer.outputArguments?.[0]).toMatchObject({ dataType: DataType.Int32, value: -1_750 });
    await eventually(async () => (heard.includes(-1_750) ? true : null));
    await subscription.terminate();
  });

  test("is refused a command that has expired, is out of order, or makes no sense", async () => {
    const until = systemClock.now() + 60_000;
    expect((await command(session, 500, until, 20)).statusCode.name).toBe("Good");
    expect((await command(session, 999, until, 20)).statusCode.name).toBe("BadSequenceNumberInvalid");
    expect((await command(session, 999, until, 3)).statusCode.name).toBe("BadSequenceNumberInvalid");
    expect((await command(session, 999, systemClock.now() - 1, 30)).statusCode.name).toBe(
      "BadInvalidTimestamp",
    );
    const mute = await session.call({
      objectId: nodeId("Battery"),
      methodId: nodeId("Battery.SetActivePower"),
      inputArguments: [{ dataType: DataType.String, value: "full power" }],
    });
    expect(mute.statusCode.name).toMatch(/^Bad(ArgumentsMissing|InvalidArgument|TypeMismatch)$/);
    const setpoint = await session.read({
      nodeId: nodeId("Battery.ActivePowerSetpoint"),
      attributeId: AttributeIds.Value,
    });
    expect(setpoint.value.value).toBe(500);
  });
});

test.for([
  ["that nobody has introduced", MessageSecurityMode.SignAndEncrypt],
  ["that will not encrypt", MessageSecurityMode.None],
] as const)("an older client %s is refused", async ([, mode]) => {
  const stranger = await olderClient(`stranger-${mode}`, { mode });
  const entering = stranger.connect(emulator.endpointUrl).then(() => stranger.createSession());
  await expect(entering).rejects.toThrow();
  await stranger.disconnect();
});

testOnWire("what our server says to an older client is well-formed, on one secure channel", async () => {
  await using wire = await capture(emulator.port, "opcua", OPCUA_FIELDS);
  const { client, session } = await connected(true);
  await session.readNamespaceArray();
  const until = systemClock.now() + 60_000;
  expect((await command(session, 250, until, 1_000)).statusCode.name).toBe("Good");
  await client.disconnect();
  expectSecureConversation(await wire.ended(), emulator.port, "Basic256Sha256");
});

testOnWire("a message that is cut short would be noticed", async () => {
  await using wire = await capture(emulator.port, "opcua", OPCUA_FIELDS);
  // A greeting whose endpoint ends before its own length.
  const greeting = Buffer.from(
    `${"48454c46"}${"24000000"}${"00".repeat(20)}${"ff000000"}${"6f70632e"}`,
    "hex",
  );
  const socket = createConnection(emulator.port, "127.0.0.1", () => socket.end(greeting));
  socket.on("error", () => undefined).resume();
  expect(complaints(await wire.ended())).not.toEqual([]);
});
