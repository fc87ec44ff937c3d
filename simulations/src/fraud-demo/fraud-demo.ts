import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fundWatcher, LIE_KINDS, type LieKind } from "@commonwatt/settlement";
import { CommonwattError, durationMs, type Hex, sleep, systemClock } from "@commonwatt/vpp-core";
import { type StreetEvent, type StreetProcess, startCommonwatt } from "../faults/street-process.ts";
import { LIES } from "./fraud-story.ts";
import { peersOf } from "./peers-of.ts";

const CONFIG = fileURLToPath(new URL("../../examples/fraud/commonwatt.config.ts", import.meta.url));
const KEY_VARIABLE = "COMMONWATT_WATCHER_KEY";
/** How long the watcher may take from the lie to the slash. */
const PATIENCE_MS = 120_000;

/** What a demonstration came to. */
export interface FraudDemoResult {
  readonly kind: LieKind;
  /** Batches that the watcher found right before the lie. */
  readonly honestRight: number;
  readonly lieNumber: number | null;
  /** What the watcher could prove. */
  readonly proofs: readonly string[];
  readonly slashed: boolean;
  /** What the watcher was awarded, in the token's smallest unit. */
  readonly rewardMicro: string;
  readonly transactionHash: string | null;
  /** To how many others than the chain and the public API the watcher talked; `null` where that can't be seen. */
  readonly strangePeers: number | null;
}

/** Told as it happens, in plain words. */
export type Tell = (who: "street" | "operator" | "watcher", words: string) => void;

/**
 * Runs a street whose operator lies in one batch, beside a watcher in a process of its own that has nothing
 * but the chain and the operator's public API, until the operator's bond is slashed.
 * @throws CommonwattError `DEMO_UNCAUGHT` when the watcher did not catch it in two minutes; the reason of `signal`
 *   when it aborted.
 */
export async function fraudDemo(
  kind: LieKind,
  homes: number,
  tell: Tell,
  signal: AbortSignal,
): Promise<FraudDemoResult> {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-fraud-"));
  const lie = String(LIE_KINDS.indexOf(kind));
  const street = startCommonwatt([
    ...["start", "--config", CONFIG, "--json", "--port", "0", "--data", join(directory, "street")],
    ...["--homes", String(homes), "--lie", lie],
  ]);
  // All that follows waits for the street, or ends with it.
  signal.addEventListener("abort", () => void street.stop(), { once: true });
  try {
    return await catchLie(kind, directory, street, tell);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await street.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function catchLie(
  kind: LieKind,
  directory: string,
  street: StreetProcess,
  tell: Tell,
): Promise<FraudDemoResult> {
  const { apiUrl, chainUrl, homes } = await street.until("ready");
  tell("street", `${String(homes)} homes trade; their operator's books are public at ${String(apiUrl)}`);
  if (typeof chainUrl !== "string") throw new CommonwattError("DEMO_NO_CHAIN", "the street runs no chain");
  const key: Hex = `0x${randomBytes(32).toString("hex")}`;
  await fundWatcher(chainUrl, join(directory, "street", "settlement"), key);
  const watcher = startCommonwatt(
    [
      ...["watch", "--rpc", chainUrl, "--source", String(apiUrl), "--data", join(directory, "watcher")],
      ...["--from", "1", "--every", "1", "--grace", "2", "--key-env", KEY_VARIABLE, "--json"],
    ],
    // No more of our environment than it takes to start: nothing in it leads to the operator's database.
    { PATH: process.env["PATH"], [KEY_VARIABLE]: key },
  );
  try {
    tell(
      "watcher",
      "I have the chain, the operator's public API and a key of my own; no access to its database",
    );
    const strangers = strangersOf(watcher, [chainUrl, String(apiUrl)]);
    watcher.onEvent(({ event, words }) => {
      if (typeof words === "string" && event !== "watching") tell("watcher", words);
    });
    tell("operator", `soon ${LIES[kind].lie}`);
    const end = watcher.until(({ event }) => event === "challenged" || event === "claimed");
    const caught = await Promise.race([end, patience(kind), gone(street)]);
    const takenBack = await street.until((event) => event["kind"] === "taken-back");
    tell(
      "operator",
      `lost batch ${String(takenBack["batchNumber"])} and half of its bond to the watcher; the other half is burned`,
    );
    return { ...resultOf(kind, watcher.events, street.events, caught), strangePeers: strangers() };
  } finally {
    await watcher.stop();
  }
}

/** Looks whom a watcher talks to whenever it says something; tells to how many others than those at `urls`. */
function strangersOf(watcher: StreetProcess, urls: readonly string[]): () => number | null {
  const known = urls.map((url) => Number(new URL(url).port));
  const strangers = new Set<number>();
  let looks = 0;
  watcher.onEvent(() => {
    void peersOf(watcher.processId).then((peers) => {
      if (peers !== null && peers.size > 0) looks += 1;
      for (const port of peers ?? []) if (!known.includes(port)) strangers.add(port);
    });
  });
  return () => (looks === 0 ? null : strangers.size);
}

async function gone(street: StreetProcess): Promise<never> {
  await street.exit();
  throw new CommonwattError("STREET_ENDED", "the street ended before its operator was caught");
}

async function patience(kind: LieKind): Promise<never> {
  await sleep(systemClock, durationMs(PATIENCE_MS));
  throw new CommonwattError(
    "DEMO_UNCAUGHT",
    `the watcher did not catch "${kind}" in ${PATIENCE_MS / 1_000} seconds`,
  );
}

function resultOf(
  kind: LieKind,
  watched: readonly StreetEvent[],
  ran: readonly StreetEvent[],
  caught: StreetEvent,
): Omit<FraudDemoResult, "strangePeers"> {
  const batches = watched.filter(({ event }) => event === "batch");
  const lie = batches.find(({ verdict }) => verdict !== "right");
  const lieNumber = typeof caught["number"] === "number" ? caught["number"] : null;
  const summary = watched.findLast(({ event }) => event === "challenged" || event === "claimed");
  const takenBack = ran.find((event) => event["kind"] === "taken-back");
  return {
    kind,
    honestRight: batches.filter(({ verdict }) => verdict === "right").length,
    lieNumber,
    proofs: (lie?.["kinds"] ?? []) as readonly string[],
    slashed: takenBack !== undefined,
    rewardMicro: String(summary?.["rewardMicro"] ?? "0"),
    transactionHash: String(caught["transactionHash"]),
  };
}
