/** The last event of a run: what it came to. Money as decimal strings of nano, chain amounts of micro. */
export interface RunSummary {
  readonly event: "summary";
  readonly homes: number;
  /** Devices that were reached, by protocol. */
  readonly devices: Readonly<Record<string, number>>;
  /** Delivery intervals cleared in this run. */
  readonly intervals: number;
  readonly trades: number;
  readonly tradedWh: number;
  readonly settledWh: number;
  readonly batchesCommitted: number;
  readonly batchesFinalized: number;
  readonly withdrawals: number;
  readonly savedNano: string;
  /** ISO 4217 code of all money here. */
  readonly currency: string;
  readonly escrow: {
    readonly conserved: boolean;
    /** `null`, like the rest, when the chain did not answer at the end. */
    readonly tokenBalanceMicro: string | null;
    readonly owedMicro: string | null;
    readonly contract: string | null;
    readonly chainId: number | null;
  };
  /** `readings` is `null` when the database did not answer at the end; they wait on disk then. */
  readonly store: { readonly readings: number | null; readonly server: string };
  readonly journal: { readonly stateHash: string };
  /** What the configuration says of its scenario: the seed and a hash of homes, weather and loads. */
  readonly scenario: Readonly<Record<string, string | number>>;
  /** Real time from the start of the process. */
  readonly firstClearedMs: number | null;
  readonly firstPayoutMs: number | null;
  readonly elapsedMs: number;
}
