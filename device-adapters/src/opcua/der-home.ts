import type { DispatchRefusal, EpochMs, PointReadings, Watts } from "@commonwatt/vpp-core";

/** What a battery answers to a command. */
export type DerCommandAnswer =
  | { readonly status: "taken"; readonly appliedPowerW: Watts }
  | { readonly status: "refused"; readonly code: DispatchRefusal };

/** The battery of a served home. */
export interface DerServerBattery {
  setActivePower(powerW: Watts, validUntilMs: EpochMs, sequence: number): DerCommandAnswer;
  release(sequence: number): DerCommandAnswer;
  /** The power in force; `null` while the battery is left to itself. */
  setpointW(): Watts | null;
  /** The highest sequence taken; 0 when there was none. */
  lastSequence(): number;
}

/** A home as a server shows it. */
export interface DerServerHome {
  /** Its name below the Objects folder. */
  readonly name: string;
  readonly identity: {
    readonly manufacturer: string;
    readonly model: string;
    readonly serialNumber: string;
    readonly firmware: string;
  };
  /** All points of one moment; always the same names. */
  sample(): PointReadings;
  readonly battery: DerServerBattery | null;
}
