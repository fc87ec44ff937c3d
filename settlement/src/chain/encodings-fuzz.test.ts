import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, type BookedOrder, epochMs, type Hex, siteId, wattHours } from "@commonwatt/vpp-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileContracts } from "../../tools/compile-contracts.ts";
import { communityHash, hashHeader } from "../batch/batch-header.ts";
import { type BatchLeaves, treesOf } from "../batch/batch-leaves.ts";
import { hashRules } from "../batch/batch-rules.ts";
import { leafSalts, type TreeName } from "../batch/leaf-salt.ts";
import { orderDomain } from "../batch/order-digest.ts";
import { orderLeaves } from "../batch/order-leaves.ts";
import { siteHashOf } from "../batch/reading-leaf.ts";
import { fromHex } from "../hash/keccak.ts";
import { encodeReading } from "../metering/reading-bytes.ts";
import { Draws, randomHeader, randomLeaves, randomOrders, randomRules } from "../testing/random-batch.ts";
import { DOMAIN } from "../testing/street.ts";
import { startAnvil } from "./anvil-process.ts";
import { type CompiledContract, compiled, deploymentData, readContract } from "./contracts.ts";
import { headerArgument } from "./court-calls.ts";
import { connectRpc, type JsonRpcProvider } from "./rpc.ts";
import { fund, sendRaw } from "./trial-chain.ts";

/** The chain that the domain of the tests names. */
const { chainId, verifyingContract: COURT } = DOMAIN;
const DEPLOYER = `0x${"0d".repeat(20)}` as Account;
/** Values in one call: what a node reckons within its limit of gas. */
const PER_CALL = 100;
const VALUES = 1_000;
/** Signing takes its time. */
const ORDERS = 300;
/** The trees are of random sizes, up to this. */
const LEAVES_MAX = 300;
/** Set to the seed that a failure printed, it fails again. */
const SEED = process.env["FUZZ_SEED"] ?? randomUUID();

let directory: string;
let anvil: Awaited<ReturnType<typeof startAnvil>>;
let rpc: JsonRpcProvider;
let probe: CompiledContract;
let address: Account;

beforeAll(async () => {
  console.log(`encodings are fuzzed with FUZZ_SEED=${SEED}`);
  directory = await mkdtemp(join(tmpdir(), "commonwatt-encodings-"));
  anvil = await startAnvil(directory, chainId, 0);
  rpc = connectRpc(`http://127.0.0.1:${anvil.port}`, chainId);
  const [artifact] = compileContracts(["test/utils/EncodingProbe.sol"]);
  if (artifact === undefined) throw new Error("the probe does not compile");
  probe = compiled(artifact);
  await rpc.send("anvil_autoImpersonateAccount", [true]);
  await fund(rpc, DEPLOYER);
  const { contractAddress } = await sendRaw(rpc, { from: DEPLOYER, data: deploymentData(probe, []) });
  if (contractAddress === null) throw new Error("the probe is not there");
  address = contractAddress;
}, 120_000);

afterAll(async () => {
  rpc.destroy();
  await anvil.stop();
  await rm(directory, { recursive: true, force: true });
});

const ask = (name: string, args: readonly unknown[]): Promise<unknown> =>
  readContract(rpc, probe, address, name, args);

/** What the contracts make of many values, some at a time. */
async function askAll(name: string, values: readonly unknown[]): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (let from = 0; from < values.length; from += PER_CALL) {
    answers.push(...((await ask(name, [values.slice(from, from + PER_CALL)])) as unknown[]));
  }
  return answers;
}

describe("what TypeScript and Solidity make of anything", { timeout: 120_000 }, () => {
  it("is the same hash of a header", async () => {
    const draws = new Draws(`${SEED}/headers`);
    const headers = draws.times(VALUES, () => randomHeader(draws));
    expect(await askAll("headers", headers.map(headerArgument))).toEqual(headers.map(hashHeader));
  });

  it("is the same hash of rules", async () => {
    const draws = new Draws(`${SEED}/rules`);
    const rules = draws.times(VALUES, () => randomRules(draws));
    expect(await askAll("rules", rules)).toEqual(rules.map(hashRules));
  });

  it("is the same digest of a reading", async () => {
    const draws = new Draws(`${SEED}/readings`);
    const readings = draws.times(VALUES, (index) => ({
      ...{ siteId: siteId(`home-${index}`), sequence: draws.int(53), takenAtMs: epochMs(draws.int(53)) },
      ...{ importWh: wattHours(draws.int(53)), exportWh: wattHours(draws.int(53)) },
    }));
    const domain = draws.word();
    const given = readings.map(({ siteId: id, ...rest }) => ({ ...rest, domain, siteHash: siteHashOf(id) }));
    expect(await askAll("readingDigests", given)).toEqual(
      readings.map((reading) => {
        const signed = encodeReading(fromHex(domain), reading);
        return `0x${createHash("sha256").update(signed).digest("hex")}`;
      }),
    );
  });

  it("is the same order, however it is signed and ended", async () => {
    const draws = new Draws(`${SEED}/orders`);
    const booked: BookedOrder[] = [];
    while (booked.length < ORDERS) booked.push(...randomOrders(draws, "fuzz street"));
    const orders = orderLeaves(orderDomain("fuzz street", DOMAIN), booked, () => 0);
    const none = { counter: 0, group: 0, replacement: `0x${"00".repeat(32)}`, scope: 9, signature: "0x" };
    for (let from = 0; from < orders.length; from += PER_CALL) {
      const some = orders.slice(from, from + PER_CALL);
      const found = (await ask("signed", [
        ...[communityHash("fuzz street"), COURT],
        some.map(({ leaf }) => ({ ...leaf, salt: none.replacement })),
        some.map(({ signed }) => signed),
        some.map(({ end }) => end ?? none),
      ])) as readonly Record<"digest" | "signer" | "ender" | "signedHash" | "endedHash", Hex>[];
      for (const [index, { leaf, end }] of some.entries()) {
        const said = found[index];
        expect(said?.digest).toBe(leaf.digest);
        expect(said?.signer).toBe(leaf.account);
        expect(said?.signedHash).toBe(leaf.signedHash);
        if (end === null) continue;
        expect(said?.ender).toBe(leaf.account);
        expect(said?.endedHash).toBe(leaf.endedHash);
      }
    }
  });

  it("are the same leaves and trees, of any size", async () => {
    const draws = new Draws(`${SEED}/trees`);
    for (const isSmall of [true, true, true, false, false]) {
      const count = (): number => 1 + (draws.int(16) % (isSmall ? 9 : LEAVES_MAX));
      const counts = {
        ...{ orders: count(), readings: count(), fills: count(), positions: count(), balances: count() },
      };
      const leaves = randomLeaves(draws, counts);
      const seed = draws.word();
      const trees = treesOf(seed, leaves);
      for (const name of ["orders", "readings", "fills", "positions"] as const) {
        expect(await proved(name, leaves, trees[name], seed), name).toBe(counts[name]);
      }
      const { root } = trees.balances;
      const totals = { creditTotal: root.credit, debitTotal: root.debit };
      const header = { ...randomHeader(draws), ...totals, balancesRoot: root.hash };
      const proofs = draws.times(counts.balances, (index) => trees.balances.proof(index));
      let stand = 0;
      for (let from = 0; from < proofs.length; from += PER_CALL) {
        const given = headerArgument({ ...header, accountCount: counts.balances });
        stand += Number(await ask("balancesProved", [given, proofs.slice(from, from + PER_CALL)]));
      }
      expect(stand, "balances").toBe(counts.balances);
    }
  });
});

/** How many leaves of a tree the contracts find below its root, each salted as the archive's seed says. */
async function proved(
  name: Exclude<TreeName, "balances">,
  leaves: BatchLeaves,
  tree: { readonly root: Hex; proof(index: number): readonly Hex[] },
  seed: Hex,
): Promise<number> {
  const list: readonly object[] = leaves[name];
  const salts = leafSalts(seed, name, list.length);
  const proofs = list.map((leaf, index) => {
    const salt = `0x${salts.subarray(32 * index, 32 * (index + 1)).toString("hex")}`;
    return { index, leaf: { ...leaf, salt }, siblings: tree.proof(index) };
  });
  let stand = 0;
  for (let from = 0; from < proofs.length; from += PER_CALL) {
    const some = proofs.slice(from, from + PER_CALL);
    stand += Number(await ask(`${name}Proved`, [tree.root, list.length, some]));
  }
  return stand;
}
