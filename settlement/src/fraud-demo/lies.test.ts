import type { Hex } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import type { BatchFile } from "../batch/batch-archive.ts";
import { buildBatch } from "../batch/build-batch.ts";
import { verifyBatch } from "../batch/verify-batch.ts";
import { keccak256, keccakText } from "../hash/keccak.ts";
import type { ChainFacts } from "../proofs/chain-facts.ts";
import { findFraud } from "../proofs/find-fraud.ts";
import { DOMAIN, TARIFF, testInterval, testStreet, testTrade } from "../testing/street.ts";
import { tellLie } from "./lies.ts";

const RULES = { ...TARIFF, feePpm: 0, intervalMs: 900_000, gateClosureMs: 90_000 };
const DEPOSIT_NANO = 100_000_000_000n;
const street = testStreet(3);
const accounts = street.sites.map(({ id, account, meterKey, limits }) => ({
  ...{ account, siteId: id, meterKey },
  ...{ importMaxW: limits.importPowerMaxW, exportMaxW: limits.exportPowerMaxW },
}));

/** Home 1 sells to both others, at just what they bid. */
function batch(previous: BatchFile | null, number: number): BatchFile {
  const interval = testInterval(number);
  const trades = [testTrade(interval, 1, 1, 2, 700, 200_000), testTrade(interval, 2, 1, 3, 300, 200_000)];
  const flows = [[0, 1_000] as const, [700, 0] as const, [300, 0] as const];
  const delivery = street.deliver(interval, flows, trades);
  const seed: Hex = `0x${number.toString(16).padStart(64, "0")}`;
  return buildBatch(previous, {
    ...delivery,
    community: "test-street",
    domain: DOMAIN,
    rules: RULES,
    accounts,
    seed,
  }).file;
}

const facts: ChainFacts = {
  domain: DOMAIN,
  accounts: accounts.map(({ account }) => account),
  committedAt: Math.floor(testInterval(3).endMs / 1_000),
  rulesHashAt: () => first.header.rulesHash,
  siteAt(siteId) {
    const site = street.sites.find(({ id }) => keccakText(id) === siteId);
    if (site === undefined) return null;
    const { importPowerMaxW: importMaxW, exportPowerMaxW: exportMaxW } = site.limits;
    return { owner: site.account, meterKeyHash: keccak256(site.meterKey), importMaxW, exportMaxW, since: 0 };
  },
  revokedAt: () => 0,
  groupCounterAt: () => 0,
  ownNano: () => DEPOSIT_NANO,
  freeNano: () => null,
  inbox: [],
  shown: new Map(),
  knownRules: [],
};
const first = batch(null, 1);
const honest = batch(first, 2);

it.each([
  ["overdraft", "overdraft"],
  ["overfill", "overfill"],
  ["reading", "reading-forged"],
] as const)("a lie about %s can be proved as %s, and its hashes are right", (kind, proof) => {
  const lie = tellLie(kind, first, honest);
  if (lie === null) throw new Error("there is something to lie about");
  expect(verifyBatch(first, lie)).not.toContain("archive-hash-wrong");
  expect(findFraud(first, lie, facts).map((accusation) => accusation.kind)).toContain(proof);
  // The operator does not notice: its next batch builds on the lie.
  expect(batch(lie, 3).archive.number).toBe(3);
});

it("is told only where there is something to lie about", () => {
  expect(findFraud(first, honest, facts)).toEqual([]);
  expect(tellLie("withhold", first, honest)).toEqual(honest);
  // Nobody bid more than the clearing price.
  expect(tellLie("price", first, honest)).toBeNull();
});
