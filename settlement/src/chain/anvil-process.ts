import { type ChildProcess, spawn } from "node:child_process";
import { CommonwattError, wallTimer } from "@commonwatt/vpp-core";
import { anvilBinary } from "./anvil-binary.ts";
import { chainStatePath } from "./dev-chain-state.ts";

/** How long anvil may take until it listens. */
const START_TIMEOUT_MS = 30_000;
/** How long anvil may take to write its state before it is killed. */
const STOP_TIMEOUT_MS = 10_000;
/** How often anvil writes its state by itself: what a power cut can cost. */
const STATE_INTERVAL_SECONDS = 2;
/** Blocks whose chain transactions and receipts are kept: more than a day of batches, and few megabytes. */
const BLOCKS_KEPT = 512;

/** A running anvil. */
export interface AnvilProcess {
  readonly port: number;
  readonly processId: number;
  /** Settles when it has ended, wanted or not. */
  readonly exited: Promise<void>;
  /** Lets it write its state and end. */
  stop(): Promise<void>;
}

/**
 * Starts anvil on the state in `directory`. Port 0 takes any free one. On SIGINT anvil writes accounts,
 * storage, blocks and receipts, and has them again at the next start; killed, it is as old as its last
 * interval.
 * @throws CommonwattError `DEV_CHAIN_START_FAILED` with what anvil said.
 */
export async function startAnvil(
  directory: string,
  chainId: number,
  port: number,
  blocksKept: number = BLOCKS_KEPT,
): Promise<AnvilProcess> {
  const child = spawn(
    anvilBinary(),
    [
      ...["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(chainId)],
      ...["--state", chainStatePath(directory), "--state-interval", String(STATE_INTERVAL_SECONDS)],
      ...["--accounts", "1", "--balance", "0", "--transaction-block-keeper", String(blocksKept)],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const listening = await listeningPort(child);
  const stop = async (): Promise<void> => {
    child.kill("SIGINT");
    const timer = wallTimer(STOP_TIMEOUT_MS, () => child.kill("SIGKILL"));
    await exited;
    timer.cancel();
  };
  return { port: listening, processId: child.pid ?? 0, exited, stop };
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string): void => {
      timer.cancel();
      child.kill("SIGKILL");
      const message = `the development chain did not start: ${why}\n${output.slice(-2_000)}`.trim();
      reject(new CommonwattError("DEV_CHAIN_START_FAILED", message));
    };
    const timer = wallTimer(START_TIMEOUT_MS, () => fail(`not listening after ${START_TIMEOUT_MS} ms`));
    const onExit = (code: number | null): void => fail(`anvil ended with code ${code}`);
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      const port = /Listening on [^\s]*:(\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      timer.cancel();
      child.removeListener("exit", onExit);
      // Anvil logs every call; nobody reads it, but a full pipe would stop it.
      child.stdout?.removeListener("data", onData).resume();
      child.stderr?.removeListener("data", onData).resume();
      resolve(Number(port));
    };
    child.stdout?.on("data", onData);
    child.stderr?.on("data", onData);
    child.once("exit", onExit);
    child.once("error", (error) => fail(error.message));
  });
}
