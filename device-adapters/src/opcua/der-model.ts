import type { PointName } from "@commonwatt/vpp-core";

/** The namespace of our information model of a home's energy resources. */
export const DER_NAMESPACE_URI = "urn:commonwatt:der:v1";

/**
 * Which node is what. A node id is text, e.g. `ns=2;s=Meter.Power` or, safe against a changed namespace
 * table, `nsu=urn:vendor:meter;s=Meter.Power`. Powers are in watts and energies in watt-hours, with the
 * signs of Commonwatt, unless a {@link ScaledNode} says otherwise.
 */
export interface DerNodes {
  readonly points: { readonly [Name in PointName]?: PointSource };
  readonly identity: DerIdentityNodes;
  /** The battery's commands; `null` when there are none. */
  readonly battery: DerBatteryNodes | DerSetpointNodes | null;
}

/** Where a point comes from: a node, or a value that the server does not have. */
export type PointSource = string | ScaledNode | { readonly constant: number };

/** A node that counts otherwise than we do. */
export interface ScaledNode {
  readonly node: string;
  /**
   * What one of its units is worth in watts or watt-hours: 1000 for kW and kWh; for the state of charge of a
   * battery of 10 kWh in percent, read as `storedEnergyWh`, 100. 1 unless given.
   */
  readonly scale?: number;
  /** -1 where it counts the other way. */
  readonly sign?: -1;
}

/**
 * The nodes that command a battery on a server without methods: a setpoint, and a counter that the server
 * watches. The counter goes up once a second while a lease runs; when it stands still, because the lease has
 * ended or we are gone, the server must give the battery back to itself. Without that nothing is commanded,
 * as a setpoint alone would stay for ever.
 */
export interface DerSetpointNodes {
  /** The power to hold; + is discharge and the unit W unless scaled. */
  readonly setpoint: string | ScaledNode;
  /** A whole number that we count up, and that reads as it was written. */
  readonly watchdog: string;
  /**
   * What the setpoint is given at a release, in its own unit; 0 unless given. A lease of just this power is held
   * by counting up, and released by counting no more. Where the server takes this value as "go your own way",
   * counted up or not, choose one that is no power to hold, if it has one: such a server cannot be told to
   * hold its neutral value.
   */
  readonly neutral?: number;
}

/** The nodes that say what a device is; text values. */
export interface DerIdentityNodes {
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serialNumber?: string;
  readonly firmware?: string;
}

/** The nodes that command a battery. */
export interface DerBatteryNodes {
  /** The object that has the methods. */
  readonly object: string;
  /**
   * `SetActivePower(Value: Int32 W, ValidUntil: DateTime, Sequence: UInt64) → (Applied: Int32 W)`. Answers
   * BadInvalidTimestamp when `ValidUntil` has passed, BadOutOfRange when it is too far away,
   * BadSequenceNumberInvalid when `Sequence` is not above the last, BadNotExecutable when the owner has opted
   * out, BadNotSupported without a battery, BadInvalidState when safety forbids it, and BadUserAccessDenied to
   * who may only read.
   */
  readonly setActivePower: string;
  /** `Release(Sequence: UInt64)`; answers BadSequenceNumberInvalid when `Sequence` is below the last. */
  readonly release: string;
  /** The power in force, W; BadNoData while the battery is left to itself. */
  readonly setpoint: string;
  /** The highest sequence taken, UInt64. */
  readonly lastSequence: string;
}

/**
 * The path of each point below a home's object. The grid's names are those of the energy profiles of OPC 34100,
 * Energy Consumption Management (AcActivePowerTotal of E1; the counters as Double, of E3).
 */
export const DER_POINT_PATHS: { readonly [Name in PointName]: string } = {
  gridPowerW: "Grid.AcActivePowerTotal",
  gridImportWh: "Grid.AcActiveEnergyTotalImportHp",
  gridExportWh: "Grid.AcActiveEnergyTotalExportHp",
  inverterPowerW: "Inverter.ActivePower",
  inverterPowerMaxW: "Inverter.ActivePowerMax",
  pvPowerW: "Inverter.SolarPower",
  batteryPowerW: "Battery.ActivePower",
  storedEnergyWh: "Battery.StoredEnergy",
  batteryCapacityWh: "Battery.Capacity",
  chargePowerMaxW: "Battery.ChargePowerMax",
  dischargePowerMaxW: "Battery.DischargePowerMax",
};

/** The paths below a home's object of what is not a point. */
export const DER_PATHS = {
  manufacturer: "Identification.Manufacturer",
  model: "Identification.Model",
  serialNumber: "Identification.SerialNumber",
  firmware: "Identification.SoftwareRevision",
  battery: "Battery",
  setActivePower: "Battery.SetActivePower",
  release: "Battery.Release",
  setpoint: "Battery.ActivePowerSetpoint",
  lastSequence: "Battery.LastSequence",
} as const;

/** The points whose value is a setting rather than a measurement. */
export const RATING_POINTS: ReadonlySet<PointName> = new Set<PointName>([
  "inverterPowerMaxW",
  "batteryCapacityWh",
  "chargePowerMaxW",
  "dischargePowerMaxW",
]);

/** The nodes of one home in our information model. */
export function derNodes(home: string): DerNodes {
  const node = (path: string): string => `nsu=${DER_NAMESPACE_URI};s=${home}.${path}`;
  const points = Object.fromEntries(
    Object.entries(DER_POINT_PATHS).map(([name, path]) => [name, node(path)] as const),
  );
  return {
    points,
    identity: {
      manufacturer: node(DER_PATHS.manufacturer),
      model: node(DER_PATHS.model),
      serialNumber: node(DER_PATHS.serialNumber),
      firmware: node(DER_PATHS.firmware),
    },
    battery: {
      object: node(DER_PATHS.battery),
      setActivePower: node(DER_PATHS.setActivePower),
      release: node(DER_PATHS.release),
      setpoint: node(DER_PATHS.setpoint),
      lastSequence: node(DER_PATHS.lastSequence),
    },
  };
}
