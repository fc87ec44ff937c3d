import { intervalLength, type Watts, watts } from "@commonwatt/vpp-core";
import type { RecordedPowers } from "../models/recorded-home.ts";
import type { NeighbourhoodHome } from "../neighbourhood/create-neighbourhood.ts";
import { homesOf } from "../neighbourhood/homes-of.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { EmulatedHome, EmulatedStreet } from "../street/street.ts";

/** Of the homes with a battery, each of so many has its hardware behind an OPC UA gateway, the others on Modbus. */
const OPCUA_EVERY = 2;

/** The hardware of a neighbourhood's homes: in each interval sun and household are at the mean power that it has. */
export function recordedStreet(neighbourhood: Neighbourhood, seed: number): EmulatedStreet {
  let batteries = 0;
  return {
    seed,
    homes: homesOf(neighbourhood).map((home) => {
      if (home.battery !== null) batteries += 1;
      const isOpcua = home.battery !== null && batteries % OPCUA_EVERY === 0;
      return recordedHome(home, neighbourhood, isOpcua ? "opcua" : "modbus");
    }),
  };
}

function recordedHome(
  { siteId, loadWh, pvWh, battery }: NeighbourhoodHome,
  { startMs, intervalMinutes }: Neighbourhood,
  protocol: EmulatedHome["protocol"],
): EmulatedHome {
  const wattsOf = (energies: ArrayLike<number>): readonly Watts[] =>
    Array.from(energies, (energyWh) => watts((energyWh * 60) / intervalMinutes));
  const stepMs = intervalLength(intervalMinutes);
  const powers: RecordedPowers = { startMs, stepMs, pvW: wattsOf(pvWh ?? []), loadW: wattsOf(loadWh) };
  const peakW = watts(Math.max(0, ...powers.pvW));
  const isConsumer = battery === null && peakW === 0;
  // An inverter without limit passes all that modules and battery can do.
  const { dischargePowerMaxW = 0, chargePowerMaxW = 0 } = battery ?? {};
  const mostW = watts(Math.max(peakW + dischargePowerMaxW, chargePowerMaxW));
  return {
    ...{ id: siteId, kind: isConsumer ? "consumer" : "hybrid", protocol, powers },
    pv: isConsumer ? null : { peakW, inverterPowerMaxW: watts(battery?.inverterPowerMaxW ?? mostW) },
    ...{ battery, startStoredWh: battery?.startStoredWh ?? 0 },
  };
}
