import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";
import { manifestPath, readManifest } from "../chain/manifest.ts";
import { receiptOf } from "../chain/rpc.ts";
import { type FaultStage, MAX_FEE_GWEI, type Operator } from "./fault-stage.ts";
import { WIRE_FAULTS, type WireFault } from "./faulty-proxy.ts";
import { unminedCall } from "./kill-points.ts";
import { feeSpike, mineByHand, reorganise, stuckNonce } from "./node-faults.ts";

/** How long a fault of a random round may last, and how long an operator may take to be up. */
const FAULT_MS = 2_500;
const START_MS = 45_000;
/** How long an operator may take to come to a gap. */
const GAP_MS = 90_000;
/** How often a block is made where none is made by itself. */
const MINE_MS = 100;
/** How long a node may be silent until an operator must have noticed: it gives a call ten seconds. */
const SILENCE_MS = 45_000;
/** On average so many requests of a round go through, one does not. */
const ONE_IN_SELDOM = 12;
const ONE_IN_OFTEN = 4;
/** Intervals that a random round adds, so that there is always something under way. */
const INTERVALS_PER_ROUND = 3;

/** What a round does to the node. */
type NodeFault = "node-killed" | "reorganisation" | "fee-spike" | "stuck-nonce";
const NODE_FAULTS: readonly NodeFault[] = ["reorganisation", "fee-spike", "stuck-nonce", "node-killed"];
/** Faults of the wire that an operator notices at once. */
const LOUD_FAULTS = WIRE_FAULTS.filter((fault) => fault !== "silence");

/** An operator that dies at one gap between two steps, under a bad wire in every other round. Says whether it did. */
export async function gapRound(stage: FaultStage, round: number, gap: string): Promise<boolean> {
  const { proxy, onNode } = stage;
  const wire = round % 2 === 1 ? faultOf(LOUD_FAULTS, (round - 1) / 2) : null;
  const call = unminedCall(gap);
  if (call !== null) await onNode((rpc) => mineByHand(rpc, true));
  proxy.set(wire, ONE_IN_SELDOM);
  const { child } = await stage.startOperator(gap);
  const over = Promise.race([child.exited.then(() => true), pause(GAP_MS).then(() => false)]);
  if (call !== null) await mineAllBut(stage, call, over);
  const died = await over;
  if (!died) process.kill(child.processId, "SIGKILL");
  await child.exited;
  proxy.set(null, 1);
  if (call === null) return died;
  const isOnItsWay = died && (await unminedKeys(stage)).some((key) => key.startsWith(`${call}:`));
  // Sometimes the node forgets what it had been given, as one does that is started anew.
  if (stage.random.integer(0, 1) === 1) await onNode((rpc) => rpc.send("anvil_dropAllTransactions", []));
  await onNode((rpc) => mineByHand(rpc, false));
  return isOnItsWay;
}

/** Makes blocks until something is over, but none once a call of a kind is signed: that is to stay on its way. */
async function mineAllBut(stage: FaultStage, call: string, over: Promise<unknown>): Promise<void> {
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const isSigned = (await unminedKeys(stage)).some((key) => key.startsWith(`${call}:`));
    if (!isSigned) await stage.onNode((rpc) => rpc.send("anvil_mine", ["0x1"]));
    await pause(MINE_MS);
  }
}

/** Calls that are signed and in no block. */
async function unminedKeys({ store, onNode }: FaultStage): Promise<readonly string[]> {
  const pending = await store.outbox.pending();
  return onNode(async (rpc) => {
    const receipts = await Promise.all(pending.map((entry) => receiptOf(rpc, entry.transactionHash)));
    return pending.flatMap(({ key }, at) => (receipts[at] === null ? [key] : []));
  });
}

/**
 * A node that takes connections and says nothing: first to an operator at work, that is killed as it waits,
 * then to one that comes up and is answered in the end. Says how often one noticed.
 */
export async function silentRounds(stage: FaultStage): Promise<number> {
  const { proxy } = stage;
  let noticed = 0;
  stage.target += INTERVALS_PER_ROUND;
  const atWork = await stage.startOperator(null);
  await Promise.race([atWork.started, pause(START_MS)]);
  proxy.set("silence", 1);
  if (await inTime(atWork.heard("unreachable"))) noticed += 1;
  await killed(atWork);
  const comingUp = await stage.startOperator(null);
  if (await inTime(comingUp.heard("unreachable"))) noticed += 1;
  proxy.set(null, 1);
  if (await inTime(comingUp.heard("reachable"))) noticed += 1;
  await killed(comingUp);
  return noticed;
}

/** How often {@link silentRounds} must be noticed. */
export const SILENCES_NOTICED = 3;

/** An operator comes up, something breaks, and at some moment it is killed. Says what broke. */
export async function randomRound(stage: FaultStage, round: number): Promise<string> {
  const { random, proxy } = stage;
  const wire = round % 2 === 1 ? faultOf(WIRE_FAULTS, (round - 1) / 2) : null;
  const node = faultOf(NODE_FAULTS, Math.floor(round / 2));
  stage.target += INTERVALS_PER_ROUND;
  if (wire !== null) proxy.set(wire, ONE_IN_OFTEN);
  const operator = await stage.startOperator(null);
  await Promise.race([operator.started, pause(START_MS)]);
  const breaking = wire === null ? breakNode(stage, node) : Promise.resolve();
  // Sometimes the operator outlives what broke, and sometimes it does not.
  if (random.integer(0, 1) === 1) await breaking;
  await pause(random.integer(0, FAULT_MS));
  await killed(operator);
  await breaking;
  proxy.set(null, 1);
  return wire ?? node;
}

async function breakNode(stage: FaultStage, fault: NodeFault): Promise<void> {
  const { count, onNode } = stage;
  if (fault === "reorganisation") {
    if (await onNode(reorganise)) count(fault);
    return;
  }
  count(fault);
  if (fault === "node-killed") await stage.restartNode();
  else if (fault === "fee-spike") await onNode((rpc) => feeSpike(rpc, 2 * MAX_FEE_GWEI));
  else {
    const operator = (await readManifest(manifestPath(stage.directory)))?.terms.operator;
    if (operator !== undefined) await onNode((rpc) => stuckNonce(rpc, operator));
  }
}

async function killed({ child }: Operator): Promise<void> {
  process.kill(child.processId, "SIGKILL");
  await child.exited;
}

function faultOf<Fault extends NodeFault | WireFault>(faults: readonly Fault[], index: number): Fault {
  const fault = faults[index % faults.length];
  if (fault === undefined) throw new Error("there are no faults");
  return fault;
}

function inTime(event: Promise<void>): Promise<boolean> {
  return Promise.race([event.then(() => true), pause(SILENCE_MS).then(() => false)]);
}

function pause(ms: number): Promise<void> {
  return sleep(systemClock, durationMs(ms));
}
