import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommonwattError, durationMs, isAlive, sleep, systemClock } from "@commonwatt/vpp-core";

/** How long to wait for an earlier process to write its state and go. */
const HANDOVER_MS = 20_000;
/** An owner whose chain is silent this long is taken for another program under a reused process id. */
const SILENT_OWNER_MS = 5_000;
const POLL_MS = 100;

/** Who runs the chain of a directory. */
export interface DevChainOwner {
  readonly processId: number;
  readonly anvilProcessId: number | null;
  readonly rpcUrl: string | null;
}

/**
 * Takes a directory for this process. Waits for an owner that is on its way out, stops an anvil that its
 * owner left behind, and takes over from the dead: two chains must never write one state.
 * @throws CommonwattError `DEV_CHAIN_IN_USE` when a living process keeps it.
 */
export async function takeDevChainLock(directory: string): Promise<void> {
  const path = lockPath(directory);
  const startedAtMs = systemClock.now();
  let silentSinceMs: number | null = null;
  while (!(await createLock(path))) {
    const owner = await readOwner(path);
    if (owner === null || !isAlive(owner.processId) || owner.processId === process.pid) {
      if (owner !== null) await stopOrphan(owner);
      await rm(path, { force: true });
      continue;
    }
    const nowMs = systemClock.now();
    silentSinceMs = (await answersAsAnvil(owner.rpcUrl)) ? null : (silentSinceMs ?? nowMs);
    if (silentSinceMs !== null && nowMs - silentSinceMs > SILENT_OWNER_MS) await rm(path, { force: true });
    else if (nowMs - startedAtMs > HANDOVER_MS) throw inUse(directory, owner);
    else await sleep(systemClock, durationMs(POLL_MS));
  }
}

/** Tells others which anvil this process runs, so that it can be found should this process be killed. */
export async function noteDevChain(directory: string, owner: DevChainOwner): Promise<void> {
  await writeFile(lockPath(directory), JSON.stringify(owner), { mode: 0o600 });
}

/** Gives a directory back. */
export async function releaseDevChainLock(directory: string): Promise<void> {
  await rm(lockPath(directory), { force: true });
}

/** Where the development chain of a directory answers, or `null` while none runs there. */
export async function devChainUrl(directory: string): Promise<string | null> {
  return (await readOwner(lockPath(directory)))?.rpcUrl ?? null;
}

function lockPath(directory: string): string {
  return join(directory, "dev-chain.lock");
}

async function createLock(path: string): Promise<boolean> {
  const owner: DevChainOwner = { processId: process.pid, anvilProcessId: null, rpcUrl: null };
  try {
    await writeFile(path, JSON.stringify(owner), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<DevChainOwner | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as DevChainOwner;
  } catch {
    // Gone in the meantime, or cut off by a crash: nobody to wait for.
    return null;
  }
}

async function stopOrphan({ anvilProcessId, rpcUrl }: DevChainOwner): Promise<void> {
  if (anvilProcessId === null || !isAlive(anvilProcessId) || !(await answersAsAnvil(rpcUrl))) return;
  process.kill(anvilProcessId, "SIGINT");
  const deadlineMs = systemClock.now() + HANDOVER_MS;
  while (isAlive(anvilProcessId) && systemClock.now() < deadlineMs) {
    await sleep(systemClock, durationMs(POLL_MS));
  }
}

/** Whether an anvil answers there now. */
export async function answersAsAnvil(rpcUrl: string | null): Promise<boolean> {
  if (rpcUrl === null) return false;
  try {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "web3_clientVersion", params: [] });
    const headers = { "content-type": "application/json" };
    const reply = await fetch(rpcUrl, { method: "POST", body, headers, signal: AbortSignal.timeout(1_000) });
    const { result } = (await reply.json()) as { result?: unknown };
    return typeof result === "string" && result.startsWith("anvil");
  } catch {
    return false;
  }
}

function inUse(directory: string, owner: DevChainOwner): CommonwattError {
  return new CommonwattError(
    "DEV_CHAIN_IN_USE",
    `another process (${owner.processId}) runs a chain in ${directory}; stop it or use another data directory`,
    { details: { processId: owner.processId, directory } },
  );
}
