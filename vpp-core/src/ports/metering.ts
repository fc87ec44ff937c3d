import type { Hex, SiteId } from "../grid/site.ts";
import type { EpochMs } from "../time/clock.ts";
import type { WattHours } from "../units/energy.ts";

/** The registers of a site's meter at one moment. Registers are cumulative: gaps heal and lies show. */
export interface MeterReading {
  readonly siteId: SiteId;
  /** Rises by one with each reading that a meter signs. */
  readonly sequence: number;
  readonly takenAtMs: EpochMs;
  readonly importWh: WattHours;
  readonly exportWh: WattHours;
}

/** A reading with its meter's signature (P-256, SHA-256) and the key that made it. */
export interface SignedMeterReading extends MeterReading {
  /** Uncompressed P-256 point, 65 bytes. */
  readonly meterKey: Hex;
  /** r and s, 64 bytes, low s. */
  readonly signature: Hex;
}

/** Signs readings for one meter. */
export interface MeterSigner {
  readonly meterKey: Hex;
  sign(reading: MeterReading): SignedMeterReading;
  /** Signs 32 bytes of a record that binds the meter to its site: r and s, 64 bytes, low s. */
  signRecord(digest: Hex): Hex;
}
