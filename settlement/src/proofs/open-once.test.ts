import { seededRandom } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import type { BatchArchive } from "../batch/batch-archive.ts";
import { buildBatch } from "../batch/build-batch.ts";
import { largeInterval } from "../bench/large-interval.ts";
import { MeterWitness } from "../watch/meter-witness.ts";
import { openCase } from "./case-file.ts";
import type { ChainFacts } from "./chain-facts.ts";

it("a batch's archive is opened once by all that look into it", () => {
  const { header, archive: built } = buildBatch(null, largeInterval(4, 2, seededRandom("once"))).file;
  let opened = 0;
  const archive: BatchArchive = {
    ...built,
    get fills() {
      opened += 1;
      return built.fills;
    },
  };
  const facts = { domain: built.domain, shown: new Map(), knownRules: [] } as unknown as ChainFacts;
  const { leaves } = openCase(null, { header, archive }, facts);
  expect(leaves.fills).toHaveLength(4);
  openCase({ header, archive }, { header, archive }, facts);
  new MeterWitness(`0x${"00".repeat(32)}`).look(1, archive);
  expect(opened).toBe(1);
});
