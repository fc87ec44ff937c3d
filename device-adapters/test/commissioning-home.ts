import {
  acceleratedClock,
  type Clock,
  type DeviceContext,
  deviceId,
  systemClock,
  type WattHours,
  wattHours,
} from "@commonwatt/vpp-core";
import type { CommissionOptions } from "../src/commission/commission.ts";
import type { HomeDevices } from "../src/commission/home-devices.ts";
import { BenchPlant } from "../src/emulator/bench-plant.ts";
import type { PlantRatings } from "../src/emulator/plant.ts";
import { startSunSpecEmulator } from "../src/emulator/sunspec-emulator.ts";
import { modbus } from "../src/sunspec/sunspec-connector.ts";
import { DistortedPlant, type Distortions } from "./distorted-plant.ts";
import { MIDNIGHT, RATINGS } from "./emulated-home.ts";
import { testContext } from "./test-context.ts";

const identity = { manufacturer: "Bench", model: "Hybrid", serialNumber: "H-1", firmware: "2.5" };
/** A step of 20 s is over in a second. */
const SPEED = 20;

/** A SunSpec home on the wire whose devices may show things wrongly. */
export interface CommissioningHome {
  readonly clock: Clock;
  readonly context: DeviceContext;
  readonly plant: BenchPlant;
  readonly port: number;
  readonly devices: HomeDevices;
  /** Takes the meter, or all of it, from the wire. */
  closeMeter(): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What such a home is like. */
export interface HomeOptions extends Distortions {
  readonly storedEnergyWh?: WattHours;
  readonly ratings?: PlantRatings;
  readonly speed?: number;
}

/** A clock from midnight on that runs `speed` times as fast. */
export function fastClock(speed: number = SPEED): Clock {
  return acceleratedClock({ anchorMs: MIDNIGHT, wallAnchorMs: systemClock.now(), speed });
}

/** Starts a home: the inverter and its battery as unit 1, the meter on a server of its own. */
export async function commissioningHome(options: HomeOptions = {}): Promise<CommissioningHome> {
  const { ratings = RATINGS, storedEnergyWh = wattHours(5_000), speed = SPEED, ...distortions } = options;
  const clock = fastClock(speed);
  const plant = new BenchPlant({ startMs: clock.now(), ratings, storedEnergyWh });
  const at = { host: "127.0.0.1", port: 0, clock };
  const inverterPlant = new DistortedPlant(plant, "inverter", distortions);
  const meterPlant = new DistortedPlant(plant, "meter", distortions);
  const inverter = await startSunSpecEmulator({
    ...at,
    units: [{ unit: 1, plant: inverterPlant, kind: "hybrid", identity }],
  });
  const meter = await startSunSpecEmulator({
    ...at,
    units: [{ unit: 200, plant: meterPlant, kind: "meter", identity: { ...identity, model: "Meter" } }],
  });
  const host = "127.0.0.1";
  const close = async (): Promise<void> => {
    await Promise.all([inverter.close(), meter.close()]);
  };
  return {
    clock,
    context: testContext(clock),
    plant,
    port: inverter.port,
    devices: {
      device: modbus({ id: deviceId("home/inverter"), host, port: inverter.port, unit: 1 }),
      beside: [modbus({ id: deviceId("home/meter"), host, port: meter.port, unit: 200 })],
    },
    closeMeter: () => meter.close(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Options of a commissioning that nobody has to agree to. */
export function commissionOptions(
  context: DeviceContext,
  options: Partial<CommissionOptions> = {},
): CommissionOptions {
  return {
    powerW: 500,
    seconds: 20,
    repeats: 2,
    context,
    signal: new AbortController().signal,
    consent: async () => undefined,
    onPhase: () => undefined,
    ...options,
  };
}

/** Whether a plant's battery is back in its own mode: at midnight that is carrying the load of 500 W. */
export function isLeftToItself(plant: BenchPlant): boolean {
  return plant.state().batteryPowerW === 500 && plant.state().gridPowerW === 0;
}
