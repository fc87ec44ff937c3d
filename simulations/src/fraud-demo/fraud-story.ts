import type { LieKind } from "@commonwatt/settlement";

/** What each lie is, and what of it the court must be shown. */
export const LIES: Readonly<Record<LieKind, { readonly lie: string; readonly proof: string }>> = {
  overdraft: {
    lie: "commits a batch that books 10,000.00 from one home to another that never had them",
    proof: "overdraft",
  },
  price: {
    lie: "commits a batch that passes over whoever bid most, as if the clearing price had been too high for them",
    proof: "better-unfilled",
  },
  overfill: {
    lie: "commits a batch that makes a home buy more than it ordered",
    proof: "overfill",
  },
  reading: {
    lie: "commits a batch that adds a quarter of a kWh to what a seller's meter signed",
    proof: "reading-forged",
  },
  withhold: {
    lie: "commits a batch and shows nobody what it was made from",
    proof: "withheld",
  },
};
