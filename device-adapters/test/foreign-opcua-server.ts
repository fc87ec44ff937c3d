import { join } from "node:path";
import { type Clock, systemClock } from "@commonwatt/vpp-core";
import type { DataType, Namespace, OPCUAServerOptions, UAObject, UAVariable, Variant } from "node-opcua";
import {
  applicationCertificate,
  readCertificate,
  trustedCertificates,
} from "../src/opcua/application-certificate.ts";
import { certificateStore } from "../src/opcua/certificate-store.ts";
import type { DerNodes } from "../src/opcua/der-model.ts";
import { loadOpcuaLibrary, type OpcuaLibrary } from "../src/opcua/opcua-library.ts";

const NAMESPACE = "urn:example:ems";
/** How long its counter may stand still before the setpoint no longer counts. */
export const WATCHDOG_MS = 2_500;

/** What a foreign server does otherwise. */
export interface ForeignOptions {
  /** A folder whose `client` the server trusts; its own certificate is in `server`. */
  readonly directory: string;
  readonly policies?: readonly ("Aes256_Sha256_RsaPss" | "Basic256Sha256")[];
  /** The certificate of the one user who may log in; anybody unless given. */
  readonly userCertificateFile?: string;
  readonly hasSubscriptions?: boolean;
  /** What its watchdog goes by; the machine's clock unless given. */
  readonly clock?: Clock;
  /** The setpoint that gives the battery back at once, in kilowatts; `null` where the watchdog alone does; 0. */
  readonly neutralKw?: number | null;
}

/** A server with a model of its own: kilowatts, kilowatt-hours, percent, + is export and charge; no methods. */
export interface ForeignServer {
  readonly port: number;
  readonly values: { gridKw: number; importKwh: number; batteryKw: number; soc: number };
  /** Every setpoint that was written, in kilowatts. */
  readonly setpoints: readonly number[];
  /** Every value of the counter that was written. */
  readonly beats: readonly number[];
  /** What the battery is told now; `null` while it is its own. */
  inForceKw(): number | null;
  /** Lets it take every write and carry out none; or hear again. */
  deafen(isDeaf: boolean): void;
  close(): Promise<void>;
}

/** Its nodes, as a configuration maps them. */
export const foreignNodes: DerNodes = {
  points: {
    gridPowerW: { node: `nsu=${NAMESPACE};s=Meter.Power`, scale: 1_000, sign: -1 },
    gridImportWh: { node: `nsu=${NAMESPACE};s=Meter.Import`, scale: 1_000 },
    batteryPowerW: { node: `nsu=${NAMESPACE};s=Battery.Power`, scale: 1_000, sign: -1 },
    storedEnergyWh: { node: `nsu=${NAMESPACE};s=Battery.SoC`, scale: 100 },
    batteryCapacityWh: { constant: 10_000 },
    chargePowerMaxW: { constant: 4_000 },
    dischargePowerMaxW: { constant: 5_000 },
  },
  identity: {},
  battery: {
    setpoint: { node: `nsu=${NAMESPACE};s=Battery.Setpoint`, scale: 1_000, sign: -1 },
    watchdog: `nsu=${NAMESPACE};s=Battery.Watchdog`,
  },
};

/** Starts a foreign server on a free port of 127.0.0.1. */
export async function startForeignServer(options: ForeignOptions): Promise<ForeignServer> {
  const library = await loadOpcuaLibrary();
  const values = { gridKw: -1.25, importKwh: 4_711.5, batteryKw: 0.8, soc: 45 };
  const [setpoints, beats]: [number[], number[]] = [[], []];
  const { clock = systemClock, neutralKw = 0 } = options;
  let beatAtMs = 0;
  let isDeaf = false;
  const server = new library.OPCUAServer(await serverOptions(library, options));
  await server.initialize();
  const space = server.engine.addressSpace;
  if (space === null) throw new Error("no address space");
  const namespace = space.registerNamespace(NAMESPACE);
  const { objects } = space.rootFolder;
  const add = variableAdder(library, namespace, objects, () => isDeaf);
  const { Double, Float, UInt32 } = library.DataType;
  add("Meter.Power", Double, () => values.gridKw);
  add("Meter.Import", Double, () => values.importKwh);
  add("Battery.Power", Float, () => values.batteryKw);
  add("Battery.SoC", Double, () => values.soc);
  add(
    "Battery.Setpoint",
    Float,
    () => setpoints.at(-1) ?? 0,
    (value) => void setpoints.push(value),
  );
  add(
    "Battery.Watchdog",
    UInt32,
    () => beats.at(-1) ?? 0,
    (value) => {
      if (value !== beats.at(-1)) beatAtMs = clock.now();
      beats.push(value);
    },
  );
  await server.start();
  return {
    port: server.endpoints[0]?.port ?? 0,
    values,
    setpoints,
    beats,
    inForceKw: () => {
      const setpoint = setpoints.at(-1) ?? 0;
      return setpoint === neutralKw || clock.now() - beatAtMs > WATCHDOG_MS ? null : setpoint;
    },
    deafen: (next) => {
      isDeaf = next;
    },
    close: () => server.shutdown(0),
  };
}

type AddVariable = (
  path: string,
  dataType: DataType,
  get: () => number,
  set?: (value: number) => void,
) => UAVariable;

/** Adds variables below Objects; while the server is deaf it answers Good to writes and forgets them. */
function variableAdder(
  library: OpcuaLibrary,
  namespace: Namespace,
  objects: UAObject,
  isDeaf: () => boolean,
): AddVariable {
  return (path, dataType, get, set) =>
    namespace.addVariable({
      browseName: path,
      nodeId: `s=${path}`,
      organizedBy: objects,
      dataType: library.DataType[dataType],
      minimumSamplingInterval: 50,
      accessLevel: set === undefined ? "CurrentRead" : "CurrentRead | CurrentWrite",
      value: {
        get: () => new library.Variant({ dataType, value: get() }),
        ...(set === undefined
          ? {}
          : {
              set: (variant: Variant) => {
                if (!isDeaf()) set(variant.value as number);
                return library.StatusCodes.Good;
              },
            }),
      },
    });
}

async function serverOptions(
  library: OpcuaLibrary,
  { directory, policies = ["Basic256Sha256"], userCertificateFile, hasSubscriptions = true }: ForeignOptions,
): Promise<OPCUAServerOptions> {
  const pki = join(directory, "server");
  const own = await applicationCertificate(pki, "server");
  const users = userCertificateFile === undefined ? [] : [await readCertificate(userCertificateFile)];
  return {
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    port: 0,
    certificateFile: own.certificateFile,
    privateKeyFile: own.privateKeyFile,
    serverInfo: {
      applicationUri: own.applicationUri,
      productUri: NAMESPACE,
      applicationName: { text: "EMS" },
    },
    securityModes: [library.MessageSecurityMode.SignAndEncrypt],
    securityPolicies: policies.map((policy) => library.SecurityPolicy[policy]),
    allowAnonymous: userCertificateFile === undefined,
    serverCapabilities: hasSubscriptions ? {} : { maxSubscriptions: 0, maxSubscriptionsPerSession: 0 },
    serverCertificateManager: certificateStore(library, () => trustedCertificates(pki)),
    userCertificateManager: certificateStore(library, async () => users),
    nodeset_filename: [library.nodesets.standard],
  };
}
