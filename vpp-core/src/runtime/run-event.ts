import type { SettlementEvent, SiteStatement } from "../ports/settlement.ts";
import type { IntervalIndex } from "../time/delivery-interval.ts";
import type { WattHours } from "../units/energy.ts";
import type { MoneyNano } from "../units/money.ts";
import type { PriceMicroPerKwh } from "../units/price.ts";
import type { RunSummary } from "./run-summary.ts";

/** What happens while a community runs, in the order it happens. A reporter prints it. */
export type RunEvent =
  | { readonly event: "starting"; readonly step: string }
  | {
      readonly event: "ready";
      readonly community: string;
      /** ISO 4217 code that money is printed in. */
      readonly currency: string;
      /** When the community's time begins or goes on, in milliseconds since 1970. */
      readonly startMs: number;
      /** Seconds of the community's time per real second. */
      readonly speed: number;
      readonly homes: number;
      readonly devices: Readonly<Record<string, number>>;
      /** Where each device is reached, e.g. `127.0.0.1:5020 unit 1`. */
      readonly addresses: Readonly<Record<string, string>>;
      readonly apiUrl: string;
      readonly docsUrl: string;
      /** Where the node of a chain of our own answers; `null` when the chain is somebody else's. */
      readonly chainUrl: string | null;
      readonly store: string;
      readonly dataDirectory: string | null;
    }
  | {
      readonly event: "cleared";
      readonly intervalIndex: IntervalIndex;
      readonly startMs: number;
      readonly endMs: number;
      readonly status: "cleared" | "void";
      /** Of the call auction. */
      readonly clearingPrice: PriceMicroPerKwh | null;
      readonly volumeWh: WattHours;
      /** Of it, what was traded before the call auction. */
      readonly continuousWh: WattHours;
      readonly trades: number;
      readonly bids: number;
      readonly offers: number;
    }
  | {
      readonly event: "settled";
      readonly intervalIndex: IntervalIndex;
      readonly batchNumber: number;
      readonly tradedWh: number;
      readonly settledWh: WattHours;
      readonly statements: readonly SiteStatement[];
      /** What the community saved in this interval against its retailer alone. */
      readonly savedNano: MoneyNano;
    }
  | ({ readonly event: "chain" } & SettlementEvent)
  | {
      readonly event: "serving";
      readonly siteId: string;
      readonly server: string;
      /** Where other systems reach it. */
      readonly address: string;
    }
  | { readonly event: "rejected"; readonly siteId: string; readonly code: string; readonly message: string }
  | { readonly event: "warning"; readonly component: string; readonly code: string; readonly message: string }
  | { readonly event: "recovered"; readonly component: string; readonly message: string }
  | { readonly event: "stopping"; readonly reason: string }
  | RunSummary;

/** Takes every event of a run. */
export type RunReporter = (event: RunEvent) => void;
