import { randomBytes } from "node:crypto";
import type { MeteredEnergy } from "@commonwatt/settlement";
import {
  type EpochMs,
  type Hex,
  type OrderSigner,
  type RailSite,
  type SettlementRail,
  type SignedMeterReading,
  siteId,
  type TradingVenue,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";

/** A home of a neighbourhood with keys of its own, as market and settlement know it. */
export interface LiveHome {
  readonly site: RailSite;
  readonly orders: OrderSigner;
  readonly meter: SigningMeter;
}

/** A meter whose registers only ever rise; it signs what they show. */
export interface SigningMeter {
  /** Lets so much through, and signs the registers as they are then. */
  count(energy: MeteredEnergy, takenAtMs: EpochMs): SignedMeterReading;
}

/** Gives every home keys, drawn anew: no result may depend on them. */
export function liveHomes(
  { community, siteIds, importPowerMaxW, exportPowerMaxW }: Neighbourhood,
  venue: Pick<TradingVenue, "signer">,
  rail: Pick<SettlementRail, "meterSigner">,
): readonly LiveHome[] {
  return siteIds.map((id, home) => {
    const [ownerKey, meterKey] = [newKey(), newKey()];
    const orders = venue.signer(community, ownerKey);
    const signer = rail.meterSigner(community, meterKey);
    let [sequence, importWh, exportWh] = [0, 0, 0];
    return {
      orders,
      site: {
        ...{ id: siteId(id), account: orders.account, feeder: "feeder-1", ownerKey },
        limits: {
          importPowerMaxW: watts(importPowerMaxW[home] as number),
          exportPowerMaxW: watts(exportPowerMaxW[home] as number),
        },
        ...{ meterKey: signer.meterKey, signWithMeter: signer.signRecord },
      },
      meter: {
        count(energy, takenAtMs) {
          importWh += energy.importWh;
          exportWh += energy.exportWh;
          sequence += 1;
          const registers = { importWh: wattHours(importWh), exportWh: wattHours(exportWh) };
          return signer.sign({ siteId: id, sequence, takenAtMs, ...registers });
        },
      },
    };
  });
}

function newKey(): Hex {
  return `0x${randomBytes(32).toString("hex")}`;
}
