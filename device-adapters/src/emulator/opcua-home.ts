import { type Clock, type EpochMs, good, type PointReadings, systemClock, watts } from "@commonwatt/vpp-core";
import type { DerServerHome } from "../opcua/der-home.ts";
import type { EmulatedIdentity } from "./emulated-identity.ts";
import { OpcuaBattery } from "./opcua-battery.ts";
import type { Plant } from "./plant.ts";

/** A sample this young, in real time, is given again: all points of one publication are of one moment. */
const SAMPLE_LIFE_MS = 20;

/** A home on an emulated OPC UA server. */
export interface OpcuaEmulatorHome {
  /** Its name below the Objects folder, e.g. `home-9`. */
  readonly name: string;
  readonly plant: Plant;
  readonly identity: EmulatedIdentity;
  /** Its battery keeps a command until it is released, whatever the command's end says. */
  readonly neverEnds?: boolean;
}

/** A home that shows its plant. */
export interface EmulatedHome {
  readonly served: DerServerHome;
  close(): void;
}

/** Makes what the server shows of a plant. */
export function emulatedHome(
  { name, plant, identity, neverEnds = false }: OpcuaEmulatorHome,
  clock: Clock,
): EmulatedHome {
  const battery = new OpcuaBattery(plant, clock, neverEnds);
  let sample: PointReadings | null = null;
  let sampledAtMs = 0;
  const served: DerServerHome = {
    name,
    identity,
    sample() {
      const wallMs = systemClock.now();
      if (sample === null || wallMs - sampledAtMs > SAMPLE_LIFE_MS) {
        sample = pointsOf(plant, battery.settle());
        sampledAtMs = wallMs;
      }
      return sample;
    },
    battery: plant.ratings.batteryCapacityWh > 0 ? battery : null,
  };
  return { served, close: () => battery.close() };
}

function pointsOf(plant: Plant, now: EpochMs): PointReadings {
  const state = plant.state();
  const { batteryCapacityWh, chargePowerMaxW, dischargePowerMaxW, inverterPowerMaxW, pvPeakW } =
    plant.ratings;
  const grid = {
    gridPowerW: good(state.gridPowerW, now),
    gridImportWh: good(state.gridImportWh, now),
    gridExportWh: good(state.gridExportWh, now),
  };
  if (pvPeakW === 0 && batteryCapacityWh === 0) return grid;
  const inverter = {
    inverterPowerW: good(watts(state.loadPowerW - state.gridPowerW), now),
    inverterPowerMaxW: good(inverterPowerMaxW, now),
    pvPowerW: good(state.pvPowerW, now),
  };
  if (batteryCapacityWh === 0) return { ...grid, ...inverter };
  const isFull = state.storedEnergyWh >= batteryCapacityWh;
  const isEmpty = state.storedEnergyWh <= 0;
  return {
    ...grid,
    ...inverter,
    batteryPowerW: good(state.batteryPowerW, now),
    storedEnergyWh: good(state.storedEnergyWh, now),
    batteryCapacityWh: good(batteryCapacityWh, now),
    chargePowerMaxW: good(isFull ? watts(0) : chargePowerMaxW, now),
    dischargePowerMaxW: good(isEmpty ? watts(0) : dischargePowerMaxW, now),
  };
}
