import { join } from "node:path";
import { type Clock, epochMs, watts } from "@commonwatt/vpp-core";
import {
  type CallMethodResultOptions,
  DataType,
  LogLevel,
  MessageSecurityMode,
  type Namespace,
  nodesets,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  StatusCodes,
  setLogLevel,
  type UAObject,
  Variant,
  VariantArrayType,
} from "node-opcua-older";
import { BenchPlant } from "../../src/emulator/bench-plant.ts";
import { OpcuaBattery } from "../../src/emulator/opcua-battery.ts";
import { readCertificate } from "../../src/opcua/application-certificate.ts";
import type { DerNodes } from "../../src/opcua/der-model.ts";

const NAMESPACE_URI = "urn:vendor:storage";
const node = (path: string): string => `nsu=${NAMESPACE_URI};s=${path}`;

/** The nodes of the vendor's server, as an owner would write them into a configuration. */
export const VENDOR_NODES: DerNodes = {
  points: {
    gridPowerW: node("Meter.P"),
    batteryPowerW: node("Bat.P"),
    storedEnergyWh: node("Bat.E"),
    batteryCapacityWh: node("Bat.Cap"),
  },
  identity: { manufacturer: node("Id.Maker"), model: node("Id.Type"), serialNumber: node("Id.Serial") },
  battery: {
    object: node("Bat"),
    setActivePower: node("Bat.Set"),
    release: node("Bat.Free"),
    setpoint: node("Bat.Target"),
    lastSequence: node("Bat.Seq"),
  },
};

/** What an older server is started with. */
export interface OlderServerOptions {
  readonly port: number;
  /** The older library keeps its own key, certificate and trust list here. */
  readonly folder: string;
  readonly trustedClientFile: string;
  readonly clock: Clock;
}

/** A vendor's server, written with an older release of the library. */
export interface OlderServer {
  readonly port: number;
  readonly certificateFile: string;
  readonly battery: OpcuaBattery;
  close(): Promise<void>;
}

/** Starts a vendor's server: SignAndEncrypt only, its own namespace, a battery that is commanded by methods. */
export async function startOlderServer(options: OlderServerOptions): Promise<OlderServer> {
  const certificates = new OPCUACertificateManager({
    rootFolder: options.folder,
    automaticallyAcceptUnknownCertificate: false,
  });
  setLogLevel(LogLevel.Alert);
  await certificates.initialize();
  await certificates.trustCertificate(await readCertificate(options.trustedClientFile));
  const server = new OPCUAServer({
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    port: options.port,
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.Aes256_Sha256_RsaPss, SecurityPolicy.Basic256Sha256],
    nodeset_filename: [nodesets.standard],
  });
  await server.initialize();
  const plant = new BenchPlant({ startMs: options.clock.now() });
  const battery = new OpcuaBattery(plant, options.clock);
  const { addressSpace } = server.engine;
  if (addressSpace === null) throw new Error("the server has no address space");
  const namespace = addressSpace.registerNamespace(NAMESPACE_URI);
  addNodes(namespace, addressSpace.rootFolder.objects, plant, battery);
  await server.start();
  return {
    port: server.endpoints[0]?.port ?? options.port,
    certificateFile: join(options.folder, "own", "certs", "certificate.pem"),
    battery,
    close: async () => {
      battery.close();
      await server.shutdown(0);
    },
  };
}

function addNodes(namespace: Namespace, objects: UAObject, plant: BenchPlant, battery: OpcuaBattery): void {
  const bat = namespace.addObject({ browseName: "Bat", nodeId: "s=Bat", organizedBy: objects });
  const add = (path: string, dataType: DataType, read: () => unknown, arrayType?: VariantArrayType): void => {
    namespace.addVariable({
      browseName: path,
      nodeId: `s=${path}`,
      componentOf: bat,
      dataType: DataType[dataType],
      minimumSamplingInterval: 50,
      value: {
        get: () => {
          const value = read();
          if (value === null) return StatusCodes.BadNoData;
          return new Variant({ dataType, value, ...(arrayType === undefined ? {} : { arrayType }) });
        },
      },
    });
  };
  const state = (): ReturnType<BenchPlant["state"]> => {
    battery.settle();
    return plant.state();
  };
  add("Meter.P", DataType.Double, () => state().gridPowerW);
  add("Bat.P", DataType.Double, () => state().batteryPowerW);
  add("Bat.E", DataType.Double, () => state().storedEnergyWh);
  add("Bat.Cap", DataType.Double, () => plant.ratings.batteryCapacityWh);
  add("Id.Maker", DataType.String, () => "Vendor");
  add("Id.Type", DataType.String, () => "Storage 10");
  add("Id.Serial", DataType.String, () => "V-1");
  add("Bat.Target", DataType.Int32, () => battery.setpointW());
  add("Bat.Seq", DataType.UInt64, () => [0, battery.lastSequence()], VariantArrayType.Scalar);
  addMethods(namespace, bat, battery);
}

function addMethods(namespace: Namespace, bat: UAObject, battery: OpcuaBattery): void {
  const sequence = { name: "Sequence", dataType: DataType.UInt64 };
  const low = (input: Variant | undefined): number => Number(input?.value[1]);
  const set = namespace.addMethod(bat, {
    browseName: "Set",
    nodeId: "s=Bat.Set",
    inputArguments: [
      { name: "Value", dataType: DataType.Int32 },
      { name: "ValidUntil", dataType: DataType.DateTime },
      sequence,
    ],
    outputArguments: [{ name: "Applied", dataType: DataType.Int32 }],
  });
  set.bindMethod(async ([value, until, order]: Variant[], _context: unknown) => {
    const untilMs = until?.value instanceof Date ? until.value.getTime() : 0;
    return result(battery.setActivePower(watts(Number(value?.value)), epochMs(untilMs), low(order)), true);
  });
  const free = namespace.addMethod(bat, {
    browseName: "Free",
    nodeId: "s=Bat.Free",
    inputArguments: [sequence],
    outputArguments: [],
  });
  free.bindMethod(async ([order]: Variant[], _context: unknown) =>
    result(battery.release(low(order)), false),
  );
}

function result(
  answer: ReturnType<OpcuaBattery["setActivePower"]>,
  withPower: boolean,
): CallMethodResultOptions {
  if (answer.status === "refused") {
    const { BadInvalidTimestamp, BadSequenceNumberInvalid } = StatusCodes;
    return { statusCode: answer.code === "expired" ? BadInvalidTimestamp : BadSequenceNumberInvalid };
  }
  const outputArguments = withPower ? [{ dataType: DataType.Int32, value: answer.appliedPowerW }] : [];
  return { statusCode: StatusCodes.Good, outputArguments };
}
