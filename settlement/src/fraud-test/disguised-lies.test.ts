import { type Hex, seededRandom } from "@commonwatt/vpp-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BatchArchive, BatchFile } from "../batch/batch-archive.ts";
import { headerFromJson, headerToJson } from "../batch/batch-header.ts";
import { leavesOf, openArchive, treesOf } from "../batch/batch-leaves.ts";
import { assembleBatch, headerOf } from "../batch/build-batch.ts";
import { encodeSignature, hashSignature } from "../batch/order-leaf.ts";
import type { ArchivedOrder } from "../batch/order-rows.ts";
import { partsOf } from "../batch/verify-batch.ts";
import { keccak256 } from "../hash/keccak.ts";
import type { ChainFacts } from "../proofs/chain-facts.ts";
import { findFraud } from "../proofs/find-fraud.ts";
import { nameOf } from "../watch/challenge.ts";
import { checkBatch } from "../watch/check-batch.ts";
import { type FraudTrial, openFraudTrial } from "./fraud-trial.ts";

/** An archive whose fields may be anything that JSON can hold. */
type Rows = readonly (readonly unknown[])[];
type Loose = Omit<BatchArchive, "orders" | "readings" | "positions"> & {
  readonly orders: Rows;
  readonly readings: Rows;
  readonly positions: Rows;
};

let trial: FraudTrial;
let honest: BatchFile;

beforeAll(async () => {
  trial = await openFraudTrial("disguised", (street) => street.second(seededRandom("sample")));
  honest = trial.street.second(seededRandom("disguised"));
}, 60_000);

afterAll(() => trial.court.close());

/** What an operator commits that says of its rules what it should. */
function committed(loose: Loose): BatchFile {
  const archive = loose as unknown as BatchArchive;
  const leaves = leavesOf(archive);
  const trees = treesOf(archive.seed, leaves);
  const { credit: creditTotal, debit: debitTotal } = trees.balances.root;
  const totals = { creditTotal, debitTotal, feeTotal: debitTotal - creditTotal };
  const { rulesHash } = honest.header;
  return { header: headerToJson({ ...headerOf(archive, leaves, trees, totals), rulesHash }), archive };
}

/** The calls that are found against a batch, each with whether its judge takes the batch back for it. */
async function found(
  { header, archive }: BatchFile,
  facts: ChainFacts = trial.facts,
): Promise<ReadonlyMap<string, boolean>> {
  const batch = { header: headerFromJson(header), committedAt: facts.committedAt };
  const calls = new Map<string, boolean>();
  for (const accusation of findFraud(trial.street.first, { header, archive }, facts)) {
    const isShared = accusation.kind === "withheld" || (await trial.court.accepts(accusation, batch));
    calls.set(accusation.call, isShared && (calls.get(accusation.call) ?? true));
  }
  return calls;
}

function changed(rows: Rows, at: number, fields: Readonly<Record<number, unknown>>): Rows {
  return rows.map((row, index) => (index === at ? row.map((field, place) => fields[place] ?? field) : row));
}

/** An order that nobody ended, with a signature that is nobody's. */
function unsigned(archive: BatchArchive): Loose {
  const live = archive.orders.findIndex((row) => row[6] === 0);
  return { ...archive, orders: changed(archive.orders, live, { 7: `0x${"11".repeat(65)}` }) };
}

const capitals = (hex: string): string => `0x${hex.slice(2).toUpperCase()}`;
const otherPrefix = (hex: string): string => `zz${hex.slice(2)}`;

it("a bid that is filled as an offer is one, however its archive says so", async () => {
  const sale = leavesOf(honest.archive).fills.find(({ isSeller }) => isSeller)?.orderIndex ?? 0;
  for (const isBid of [true, 1, "yes", [], {}]) {
    const { archive } = honest;
    const lie = committed({ ...archive, orders: changed(archive.orders, sale, { 2: isBid }) });
    const calls = await found(lie);
    expect(calls.get("fillOrder"), JSON.stringify(isBid)).toBe(true);
    expect([...calls.values()]).not.toContain(false);
  }
});

it("an order of another account is found behind a digest in capitals, and shown whatever its account begins with", async () => {
  const { archive } = honest;
  const [row] = archive.orders;
  if (row === undefined) throw new Error("the street has orders");
  const account = archive.accounts[row[1]]?.account ?? "";
  const accountIndex = row[1] === 0 ? 1 : 0;
  for (const write of [(text: string) => text, capitals, otherPrefix]) {
    const fields = { 0: write(row[0]), 1: accountIndex, 9: { account: write(account) } };
    const orders = changed(archive.orders, 0, fields);
    const accounts = archive.accounts.map((one) => ({ ...one, account: write(one.account) }));
    const lie = committed({ ...archive, orders, accounts: accounts as unknown as BatchArchive["accounts"] });
    const calls = await found(lie);
    expect(calls.get("orderMisplaced"), write(account)).toBe(true);
    expect([...calls.values()]).not.toContain(false);
  }
});

it("a forged reading is shown whatever stands behind its signature, its key or half its name", async () => {
  const { archive } = honest;
  const signature = (archive.readings[1]?.[5] ?? "0x").replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  for (const [after, meterAfter] of [
    ["", ""],
    ["zz", ""],
    ["", "0"],
  ]) {
    const readings = changed(archive.readings, 1, { 5: `${signature}${after}` });
    const accounts = archive.accounts.map((one) => ({
      ...one,
      meterKey: one.meterKey === null ? null : (`${one.meterKey}${meterAfter}` as Hex),
    }));
    expect(await found(committed({ ...archive, readings, accounts }))).toEqual(
      new Map([["readingForged", true]]),
    );
  }
  const [site] = archive.accounts;
  const half = archive.accounts.map((one) => (one === site ? { ...one, siteId: "home-\ud800" } : one));
  const siteHash = `0x${"ab".repeat(32)}`;
  const readings = archive.readings.map((row) => (row[0] === 0 ? [...row.slice(0, 6), { siteHash }] : row));
  expect((await found(committed({ ...archive, accounts: half, readings }))).get("readingMisnamed")).toBe(
    true,
  );
});

it("each of many lies of one kind has a name of its own, so that a judge that does not share one is asked about the next", () => {
  const { archive } = honest;
  const orders = archive.orders.map((row) => [...row.slice(0, 7), `0x${"11".repeat(65)}`, ...row.slice(8)]);
  const { header, archive: lie } = committed({ ...archive, orders });
  const batch = { header: headerFromJson(header), committedAt: trial.facts.committedAt };
  const accusations = findFraud(trial.street.first, { header, archive: lie }, trial.facts);
  const names = accusations.map((accusation) => nameOf(accusation, trial.court.court, batch));
  expect(names.filter((name) => name?.includes("orderForged")).length).toBe(archive.orders.length);
  expect(new Set(names).size).toBe(names.length);
});

it("what an archive hides is proved wrong once the court was shown it", async () => {
  const { archive } = honest;
  const live = archive.orders.findIndex((row) => row[6] === 0);
  const { signed } = openArchive(archive).orders[live] as ArchivedOrder;
  const forged = { ...signed, signature: `0x${"11".repeat(65)}` as Hex };
  const forgedReading = archive.readings[0]?.[5] ?? "0x";
  const orders = changed(archive.orders, live, { 9: { signedHash: hashSignature(forged) } });
  const odd = { signatureHash: keccak256(forgedReading), meterKey: "0x04" };
  const readings = changed(archive.readings, 1, { 6: odd });
  const lie = committed({ ...archive, orders, readings });
  expect(await found(lie)).toEqual(new Map([["demand", true]]));
  const meterKeys = trial.street.homes.map(({ meter }) => meter.meterKey);
  const shown = [encodeSignature(forged), forgedReading, ...meterKeys];
  const facts = { ...trial.facts, shown: new Map(shown.map((bytes) => [keccak256(bytes), bytes])) };
  expect(await found(lie, facts)).toEqual(
    new Map([
      ["orderForged", true],
      ["readingForged", true],
    ]),
  );
});

it("a site that is none is found whatever the zeros begin with", async () => {
  const { archive } = honest;
  const siteId = otherPrefix(`0x${"00".repeat(32)}`);
  const positions = archive.positions.map((row, index) =>
    index === 0 ? [...row.slice(0, 11), { siteId }] : row,
  );
  const calls = await found(committed({ ...archive, positions }));
  expect(calls.get("positionShape")).toBe(true);
  expect([...calls.values()]).not.toContain(false);
});

it("money is reckoned by the rules of the header, and signatures by its community, whatever the archive names", async () => {
  const { archive } = honest;
  const rules = { ...archive.rules, feePpm: 999_999, gateClosureMs: 2 ** 40 };
  const greedy = assembleBatch(trial.street.first, { ...partsOf(archive), rules }, "trusted").file.archive;
  expect(await found(committed(greedy))).toEqual(new Map([["settlement", true]]));
  for (const said of [rules, null, { ...rules, feePpm: 0.5 }]) {
    const lie = { ...archive, rules: said as BatchArchive["rules"] };
    expect(await found({ header: { ...committed(archive).header }, archive: lie })).toEqual(
      new Map([["demand", true]]),
    );
  }
  const elsewhere = committed(archive);
  const forged = committed(unsigned(archive));
  for (const [batch, calls] of [
    [elsewhere, []],
    [forged, [["orderForged", true]]],
  ] as const) {
    const other = { ...batch.archive, community: "elsewhere" };
    const withoutDemand = [...(await found({ ...batch, archive: other }))].filter(
      ([call]) => call !== "demand",
    );
    expect(withoutDemand).toEqual(calls);
  }
});

it("readings are checked of a site whose limits are beyond all numbers, and of all others", () => {
  const { archive } = honest;
  const facts: ChainFacts = {
    ...trial.facts,
    siteAt(site, time) {
      const known = trial.facts.siteAt(site, time);
      return known && { ...known, importMaxW: 2 ** 64, exportMaxW: 2 ** 64 };
    },
  };
  expect(findFraud(trial.street.first, committed(archive), facts)).toEqual([]);
  const signature = archive.readings[0]?.[5];
  const forged = committed({ ...archive, readings: changed(archive.readings, 1, { 5: signature }) });
  expect(findFraud(trial.street.first, forged, facts).map(({ call }) => call)).toEqual(["readingForged"]);
});

it("a header beyond all numbers is wrong, and keeps nobody from proving what else is", async () => {
  const { archive } = honest;
  const forged = committed(unsigned(archive));
  const wide = (2n ** 60n) as unknown as number;
  const late = { ...forged.header, intervalIndex: wide, intervalStart: wide };
  expect((await found({ ...forged, header: late })).get("headerInterval")).toBe(true);
  const calls = await found({ ...forged, header: { ...forged.header, clearingPrice: wide } });
  expect(calls.get("orderForged")).toBe(true);
  expect([...calls.values()]).not.toContain(false);
});

it("what is wrong with a batch whose predecessor nobody shows is proved without it, and nothing else is", async () => {
  const { archive } = honest;
  expect(checkBatch("missing", committed(archive), trial.facts)).toMatchObject({ accusations: [] });
  const forged = committed(unsigned(archive));
  const { accusations } = checkBatch("missing", forged, trial.facts);
  expect(accusations.map(({ call }) => call)).toEqual(["orderForged"]);
});
