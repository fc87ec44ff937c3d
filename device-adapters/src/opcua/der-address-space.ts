import {
  type DispatchRefusal,
  epochMs,
  type Measured,
  type PointName,
  type Quality,
  roundToWatts,
} from "@commonwatt/vpp-core";
import type {
  AddressSpace,
  CallMethodResultOptions,
  DataValue,
  ISessionContext,
  Namespace,
  StatusCode,
  UAObject,
  Variant,
} from "node-opcua";
import { type DerServerAccess, methodPermissions } from "./der-access.ts";
import type { DerCommandAnswer, DerServerBattery, DerServerHome } from "./der-home.ts";
import { addIdentification } from "./der-identification.ts";
import { DER_NAMESPACE_URI, DER_PATHS, DER_POINT_PATHS } from "./der-model.ts";
import { numberOf, uint64 } from "./numbers.ts";
import type { OpcuaLibrary } from "./opcua-library.ts";

/** The fastest that a client may have a value sampled. */
const SAMPLING_INTERVAL_MIN_MS = 50;
const READ_ONLY = "CurrentRead";

/** Registers the namespace of our information model. */
export function addDerNamespace(addressSpace: AddressSpace): Namespace {
  return addressSpace.registerNamespace(DER_NAMESPACE_URI);
}

/** The server that homes are added to. */
export interface HomesPlace {
  readonly library: OpcuaLibrary;
  readonly addressSpace: AddressSpace;
  readonly namespace: Namespace;
  readonly access: DerServerAccess;
}

/** Where nodes of one home are added. */
interface HomeBuilder extends HomesPlace {
  /** The object of a part, e.g. `Battery`, made on first use. */
  partOf(path: string): UAObject;
  nodeId(path: string): string;
}

/** Adds a home to a server: an object below Objects with its identification, points and commands. */
export function addHome(place: HomesPlace, home: DerServerHome): void {
  const { addressSpace, namespace } = place;
  const nodeId = (path: string): string => `s=${home.name}.${path}`;
  const object = namespace.addObject({
    browseName: home.name,
    nodeId: `s=${home.name}`,
    organizedBy: addressSpace.rootFolder.objects,
  });
  const parts = new Map<string, UAObject>();
  const partOf = (path: string): UAObject => {
    const name = path.split(".")[0] ?? path;
    const part =
      parts.get(name) ?? namespace.addObject({ browseName: name, nodeId: nodeId(name), componentOf: object });
    parts.set(name, part);
    return part;
  };
  const builder: HomeBuilder = { ...place, partOf, nodeId };
  addIdentification({ ...place, home: object, nodeId }, home.identity);
  for (const name of Object.keys(home.sample()) as PointName[]) addPoint(builder, home, name);
  if (home.battery !== null) addBattery(builder, home.battery);
}

function addPoint(
  { library, namespace, partOf, nodeId }: HomeBuilder,
  home: DerServerHome,
  name: PointName,
): void {
  const path = DER_POINT_PATHS[name];
  const variable = namespace.addVariable({
    browseName: lastOf(path),
    nodeId: nodeId(path),
    componentOf: partOf(path),
    dataType: "Double",
    accessLevel: READ_ONLY,
    minimumSamplingInterval: SAMPLING_INTERVAL_MIN_MS,
    value: { timestamped_get: () => dataValue(library, home.sample()[name]) },
  });
  namespace.addVariable({
    browseName: { name: "EngineeringUnits", namespaceIndex: 0 },
    nodeId: nodeId(`${path}.EngineeringUnits`),
    propertyOf: variable,
    dataType: "EUInformation",
    accessLevel: READ_ONLY,
    value: { dataType: library.DataType.ExtensionObject, value: unitOf(library, name) },
  });
}

function lastOf(path: string): string {
  return path.split(".").at(-1) ?? path;
}

/** Units by their UN/CEFACT codes, as OPC 10000-8 asks for. */
function unitOf(
  { makeEUInformation }: OpcuaLibrary,
  name: PointName,
): ReturnType<OpcuaLibrary["makeEUInformation"]> {
  return name.endsWith("Wh")
    ? makeEUInformation("WHR", "W·h", "watt hour")
    : makeEUInformation("WTT", "W", "watt");
}

function dataValue(library: OpcuaLibrary, measured: Measured | undefined): DataValue {
  const { DataType, DataValue, StatusCodes } = library;
  if (measured === undefined) return new DataValue({ statusCode: StatusCodes.BadNoData });
  const value =
    measured.value === null
      ? { dataType: DataType.Null }
      : { dataType: DataType.Double, value: measured.value };
  return new DataValue({
    value,
    statusCode: statusOf(library, measured.quality),
    sourceTimestamp: new Date(measured.sourceTimeMs),
  });
}

function statusOf({ StatusCodes }: OpcuaLibrary, quality: Quality): StatusCode {
  switch (quality) {
    case "good":
      return StatusCodes.Good;
    case "stale":
      return StatusCodes.UncertainLastUsableValue;
    case "suspect":
      return StatusCodes.UncertainSensorNotAccurate;
    case "bad":
      return StatusCodes.BadSensorFailure;
    case "unavailable":
      return StatusCodes.BadNoData;
  }
}

function addBattery(builder: HomeBuilder, battery: DerServerBattery): void {
  const { library, namespace, partOf, nodeId } = builder;
  const { DataType, DataValue, StatusCodes, Variant } = library;
  const component = (path: string): { browseName: string; nodeId: string; componentOf: UAObject } => ({
    browseName: lastOf(path),
    nodeId: nodeId(path),
    componentOf: partOf(path),
  });
  namespace.addVariable({
    ...component(DER_PATHS.setpoint),
    dataType: "Int32",
    accessLevel: READ_ONLY,
    minimumSamplingInterval: SAMPLING_INTERVAL_MIN_MS,
    value: {
      timestamped_get: () => {
        const value = battery.setpointW();
        if (value === null) return new DataValue({ statusCode: StatusCodes.BadNoData });
        return new DataValue({ value: { dataType: DataType.Int32, value }, statusCode: StatusCodes.Good });
      },
    },
  });
  namespace.addVariable({
    ...component(DER_PATHS.lastSequence),
    dataType: "UInt64",
    accessLevel: READ_ONLY,
    minimumSamplingInterval: SAMPLING_INTERVAL_MIN_MS,
    value: {
      get: () => new Variant(uint64(library, battery.lastSequence())),
    },
  });
  addMethods(builder, battery);
}

function addMethods(builder: HomeBuilder, battery: DerServerBattery): void {
  const { library, namespace, access, partOf, nodeId } = builder;
  const { DataType } = library;
  const rolePermissions = methodPermissions(library, access);
  const part = partOf(DER_PATHS.battery);
  const sequence = { name: "Sequence", dataType: DataType.UInt64 };
  const setActivePower = namespace.addMethod(part, {
    browseName: lastOf(DER_PATHS.setActivePower),
    nodeId: nodeId(DER_PATHS.setActivePower),
    rolePermissions,
    inputArguments: [
      { name: "Value", description: "W; + is discharge", dataType: DataType.Int32 },
      { name: "ValidUntil", dataType: DataType.DateTime },
      sequence,
    ],
    outputArguments: [{ name: "Applied", description: "W", dataType: DataType.Int32 }],
  });
  // The library tells a promise from a callback by the number of parameters.
  setActivePower.bindMethod(async (inputs: Variant[], _context: ISessionContext) => {
    const [value, validUntil, order] = inputs.map((input) => input.value as unknown);
    const powerW = numberOf(value);
    const orderNumber = numberOf(order);
    if (powerW === null || orderNumber === null || !(validUntil instanceof Date)) {
      return { statusCode: library.StatusCodes.BadInvalidArgument };
    }
    const until = epochMs(validUntil.getTime());
    return answered(library, battery.setActivePower(roundToWatts(powerW), until, orderNumber), true);
  });
  const release = namespace.addMethod(part, {
    browseName: lastOf(DER_PATHS.release),
    nodeId: nodeId(DER_PATHS.release),
    rolePermissions,
    inputArguments: [sequence],
    outputArguments: [],
  });
  release.bindMethod(async (inputs: Variant[], _context: ISessionContext) => {
    const order = numberOf(inputs[0]?.value);
    if (order === null) return { statusCode: library.StatusCodes.BadInvalidArgument };
    return answered(library, battery.release(order), false);
  });
}

function answered(
  library: OpcuaLibrary,
  answer: DerCommandAnswer,
  withPower: boolean,
): CallMethodResultOptions {
  const { DataType, StatusCodes } = library;
  if (answer.status === "refused") return { statusCode: refusalStatus(library, answer.code) };
  const outputArguments = withPower ? [{ dataType: DataType.Int32, value: answer.appliedPowerW }] : [];
  return { statusCode: StatusCodes.Good, outputArguments };
}

function refusalStatus({ StatusCodes }: OpcuaLibrary, code: DispatchRefusal): StatusCode {
  switch (code) {
    case "expired":
      return StatusCodes.BadInvalidTimestamp;
    case "too-long":
      return StatusCodes.BadOutOfRange;
    case "out-of-order":
      return StatusCodes.BadSequenceNumberInvalid;
    case "opted-out":
      return StatusCodes.BadNotExecutable;
    case "no-battery":
      return StatusCodes.BadNotSupported;
    case "unavailable":
      return StatusCodes.BadInvalidState;
  }
}
