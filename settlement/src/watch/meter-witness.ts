import type { Hex } from "@commonwatt/vpp-core";
import type { BatchArchive } from "../batch/batch-archive.ts";
import type { ArchivedReading } from "../batch/metered-rows.ts";
import { fromHex, keccak256 } from "../hash/keccak.ts";
import { openOnce } from "../proofs/open-once.ts";
import { isReadingSigned } from "../proofs/reading-frauds.ts";

/** As many readings are remembered, the latest: those of a hundred homes in a week. */
const REMEMBERED_MAX = 150_000;

/** Two different readings that one meter signed under one sequence number: it was copied, or it lies. */
export interface Equivocation {
  readonly first: ArchivedReading;
  readonly firstBatch: number;
  readonly second: ArchivedReading;
  readonly secondBatch: number;
}

interface Witnessed {
  readonly reading: ArchivedReading;
  readonly batch: number;
}

/** Remembers what meters signed for a court, over batches and over archives that were taken back again. */
export class MeterWitness {
  readonly #seen = new Map<string, Witnessed>();
  readonly #domain: Uint8Array;

  /** `domain` is the EIP-712 domain separator that readings are signed for. */
  constructor(domain: Hex) {
    this.#domain = fromHex(domain);
  }

  /** Takes in a batch's readings; answers what contradicts one that was seen before, one pair a meter. */
  look(batch: number, archive: BatchArchive): readonly Equivocation[] {
    const found = new Map<Hex, Equivocation>();
    for (const reading of openOnce(archive).readings) {
      const { leaf } = reading;
      const key = `${leaf.meterKeyHash}:${leaf.sequence}`;
      const before = this.#seen.get(key);
      if (before !== undefined && !isSame(before.reading, reading) && this.#isSigned(reading)) {
        const { reading: first, batch: firstBatch } = before;
        // An archive may hold what no meter signed: that witnesses nothing.
        if (this.#isSigned(first)) {
          found.set(leaf.meterKeyHash, { first, firstBatch, second: reading, secondBatch: batch });
        } else this.#seen.set(key, { reading, batch });
      } else if (before === undefined) this.#remember(key, { reading, batch });
    }
    return [...found.values()];
  }

  #isSigned(reading: ArchivedReading): boolean {
    return (
      keccak256(reading.meterKey) === reading.leaf.meterKeyHash && isReadingSigned(this.#domain, reading)
    );
  }

  #remember(key: string, witnessed: Witnessed): void {
    this.#seen.set(key, witnessed);
    if (this.#seen.size <= REMEMBERED_MAX) return;
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}

function isSame({ leaf: one }: ArchivedReading, { leaf: other }: ArchivedReading): boolean {
  return (
    one.siteHash === other.siteHash &&
    one.takenAtMs === other.takenAtMs &&
    one.importWh === other.importWh &&
    one.exportWh === other.exportWh
  );
}
