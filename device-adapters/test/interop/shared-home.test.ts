import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "@commonwatt/vpp-core";
import {
  AttributeIds,
  type CallMethodResult,
  type ClientSession,
  DataType,
  type DataValue,
  LogLevel,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  setLogLevel,
  UserTokenType,
  VariantArrayType,
} from "node-opcua-older";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCertificate, trustCertificate } from "../../src/opcua/application-certificate.ts";
import { DER_NAMESPACE_URI } from "../../src/opcua/der-model.ts";
import { eventually } from "../eventually.ts";
import { EMS_USER, READER_USER, type SharedHome, startSharedHome } from "../shared-home.ts";
import { capture, complaints, testOnWire } from "./capture.ts";
import { expectSecureConversation, OPCUA_FIELDS } from "./opcua-wire.ts";

const PAGE = readFileSync(fileURLToPath(new URL("../../docs/sharing-a-home.md", import.meta.url)), "utf8");
const PAGE_PORT = "1502";
const DI_NAMESPACE_URI = "http://opcfoundation.org/UA/DI/";

let home: SharedHome;
beforeAll(async () => {
  setLogLevel(LogLevel.Alert);
  home = await startSharedHome();
});
afterAll(() => home.stop());

/** An energy manager that nobody here wrote: an older client with a key and a trust list of its own. */
async function olderClient(
  user: typeof EMS_USER | null,
): Promise<{ readonly client: OPCUAClient; readonly session: ClientSession }> {
  const certificates = new OPCUACertificateManager({
    rootFolder: join(home.directory, "ems"),
    automaticallyAcceptUnknownCertificate: false,
  });
  await certificates.initialize();
  const serverCertificate = await readCertificate(await home.serverCertificateFile());
  await certificates.trustCertificate(serverCertificate);
  const client = OPCUAClient.create({
    applicationName: "ems",
    applicationUri: "urn:vendor:ems",
    clientCertificateManager: certificates,
    serverCertificate,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0 },
  });
  await client.createDefaultCertificate();
  await trustCertificate(home.pkiDirectory, client.certificateFile);
  await client.connect(home.endpointUrl);
  try {
    const session = await client.createSession(
      user === null ? { type: UserTokenType.Anonymous } : { type: UserTokenType.UserName, ...user },
    );
    await session.readNamespaceArray();
    return { client, session };
  } catch (error) {
    await client.disconnect();
    throw error;
  }
}

const nodeId = (session: ClientSession, path: string): string =>
  `ns=${session.getNamespaceIndex(DER_NAMESPACE_URI)};s=home-1${path === "" ? "" : "."}${path}`;

const read = (session: ClientSession, path: string): Promise<DataValue> =>
  session.read({ nodeId: nodeId(session, path), attributeId: AttributeIds.Value });

function command(
  session: ClientSession,
  powerW: number,
  sequence: number,
  lifeMs = 60_000,
): Promise<CallMethodResult> {
  return session.call({
    objectId: nodeId(session, "Battery"),
    methodId: nodeId(session, "Battery.SetActivePower"),
    inputArguments: [
      { dataType: DataType.Int32, value: powerW },
      { dataType: DataType.DateTime, value: new Date(systemClock.now() + lifeMs) },
      { dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value: [0, sequence] },
    ],
  });
}

describe("an older OPC UA client", () => {
  test("finds the home among the devices, and its nameplate as OPC 10000-100 has it", async () => {
    const { client, session } = await olderClient(EMS_USER);
    const di = session.getNamespaceIndex(DI_NAMESPACE_URI);
    const devices = await session.browse(`ns=${di};i=5001`);
    expect(devices.references?.map(({ browseName }) => browseName.name)).toContain("home-1");
    const nameplate = await session.browse(nodeId(session, "Identification"));
    const names = nameplate.references?.map(({ browseName }) => browseName.toString());
    expect(names).toEqual(
      expect.arrayContaining(
        ["Manufacturer", "Model", "SerialNumber", "SoftwareRevision"].map((name) => `${di}:${name}`),
      ),
    );
    expect((await read(session, "Identification.Manufacturer")).value.value.text).toBe("Commonwatt");
    expect((await read(session, "Identification.SerialNumber")).value.value).toBe("home-1");
    await client.disconnect();
  });

  test("reads the meter by the names of OPC 34100, with units and source times", async () => {
    const { client, session } = await olderClient(READER_USER);
    const power = await read(session, "Grid.AcActivePowerTotal");
    expect(power.statusCode.name).toBe("Good");
    expect(Math.abs((power.sourceTimestamp?.getTime() ?? 0) - systemClock.now())).toBeLessThan(60_000);
    const unitOf = async (path: string): Promise<string> =>
      (await read(session, `${path}.EngineeringUnits`)).value.value.displayName.text;
    expect(await unitOf("Grid.AcActivePowerTotal")).toBe("W");
    expect(await unitOf("Grid.AcActiveEnergyTotalImportHp")).toBe("W·h");
    expect((await read(session, "Grid.AcActiveEnergyTotalExportHp")).statusCode.name).toBe("Good");
    await client.disconnect();
  });

  test("moves the battery of the running home, and is refused what is late or out of order", async () => {
    const { client, session } = await olderClient(EMS_USER);
    const taken = await command(session, -1_750, 10);
    expect(taken.statusCode.name).toBe("Good");
    expect(taken.outputArguments?.[0]).toMatchObject({ dataType: DataType.Int32, value: -1_750 });
    await eventually(async () => (home.plant.state().batteryPowerW === -1_750 ? true : null));
    expect((await command(session, 900, 10)).statusCode.name).toBe("BadSequenceNumberInvalid");
    expect((await command(session, 900, 11, -1)).statusCode.name).toBe("BadInvalidTimestamp");
    expect((await command(session, 900, 11, 25 * 3_600_000)).statusCode.name).toBe("BadOutOfRange");
    home.site.setOptedOut(true);
    expect((await command(session, 900, 11)).statusCode.name).toBe("BadNotExecutable");
    home.site.setOptedOut(false);
    await client.disconnect();
  });

  test("may read and not command as a user without the role, and not enter without a user", async () => {
    const { client, session } = await olderClient(READER_USER);
    expect((await command(session, 900, 20)).statusCode.name).toBe("BadUserAccessDenied");
    expect((await read(session, "Battery.LastSequence")).value.value).toEqual([0, 10]);
    await client.disconnect();
    await expect(olderClient(null)).rejects.toThrow(/BadIdentityToken|anonymous|user token/i);
  });

  testOnWire("what the site server says to it is well-formed, on one secure channel", async () => {
    const port = Number(new URL(home.endpointUrl.replace("opc.tcp", "http")).port);
    await using wire = await capture(port, "opcua", OPCUA_FIELDS);
    const { client, session } = await olderClient(EMS_USER);
    expect((await command(session, 250, 1_000)).statusCode.name).toBe("Good");
    expect((await command(session, 250, 1_000)).statusCode.name).toBe("BadSequenceNumberInvalid");
    await client.disconnect();
    expectSecureConversation(await wire.ended(), port, "Basic256Sha256");
  });
});

/** Runs mbpoll beside us: the façade is in this process, and must not be kept from answering. */
async function mbpoll(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("mbpoll", args)).stdout;
}

/** Reads registers of the façade, as unsigned numbers. */
async function registers(unit: number, first: number, count: number): Promise<readonly number[]> {
  const where = ["-m", "tcp", "-p", `${home.facadePort}`, "-a", `${unit}`, "-0", "-r", `${first}`];
  const output = await mbpoll(...where, "-t", "4:hex", "-c", `${count}`, "-1", "127.0.0.1");
  return [...output.matchAll(/^\[\d+\]:\s+0x([0-9A-Fa-f]{4})/gm)].map(([, hex = ""]) =>
    Number.parseInt(hex, 16),
  );
}

describe("mbpoll on the façade", () => {
  test("reads the grid power that the home reads", async () => {
    const { gridPowerW } = await eventually(async () => {
      const state = home.plant.state();
      const [power = 0, , , , factor = 0] = await registers(200, 40_088, 5);
      const shown = (power >= 0x8000 ? power - 0x1_0000 : power) * 10 ** factor;
      return Math.abs(shown - state.gridPowerW) <= 20 ? state : null;
    });
    expect(Math.abs(gridPowerW)).toBeLessThan(20_000);
  });

  test("is refused a write", async () => {
    const write = mbpoll(
      "-m",
      "tcp",
      "-p",
      `${home.facadePort}`,
      "-a",
      "1",
      "-0",
      "-r",
      "40155",
      "127.0.0.1",
      "2",
    );
    await expect(write).rejects.toThrow(/Illegal function/);
  });

  const commands = [...PAGE.matchAll(/^(mbpoll .*?127\.0\.0\.1) +(.+)$/gm)];

  test("the page has commands to run", () => {
    expect(commands.length).toBeGreaterThanOrEqual(7);
  });

  test.each(commands.map(([, line = "", what = ""]) => [what, line]))(
    "the page's command reads %s",
    async (_, line) => {
      const output = await mbpoll(...line.replace(PAGE_PORT, `${home.facadePort}`).split(/ +/).slice(1));
      const count = Number(/-c (\d+)/.exec(line)?.[1] ?? 1);
      expect(output.match(/^\[\d+\]:/gm)).toHaveLength(count);
      // A value that is there is no sentinel.
      expect(output).not.toMatch(/^\[\d+\]:\s+(32768|-2147483648)\b/m);
    },
  );

  testOnWire("nothing on the wire is malformed, exceptions included", async () => {
    await using wire = await capture(home.facadePort, "modbus", ["modbus.exception_code"]);
    expect(await registers(1, 40_000, 100)).toHaveLength(100);
    expect(await registers(200, 40_070, 107)).toHaveLength(107);
    await expect(registers(1, 39_000, 2)).rejects.toThrow(/Illegal data address/);
    const frames = await wire.ended(3);
    expect(complaints(frames)).toEqual([]);
    expect(frames.flatMap((frame) => frame["modbus.exception_code"] ?? [])).toEqual(["2"]);
  });
});

test("every node that the page names is there", async () => {
  const { client, session } = await olderClient(EMS_USER);
  const paths = [...PAGE.matchAll(/^\| `([A-Z]\w+\.\w+)` \|/gm)].map(([, path = ""]) => path);
  expect(paths.length).toBeGreaterThanOrEqual(18);
  for (const path of paths) {
    const name = await session.read({ nodeId: nodeId(session, path), attributeId: AttributeIds.BrowseName });
    expect([path, name.statusCode.name]).toEqual([path, "Good"]);
  }
  await client.disconnect();
});
