import { mkdir } from "node:fs/promises";
import { durationMs, type RunningService, serveChild, sleep, systemClock } from "@commonwatt/vpp-core";
import { type AnvilProcess, startAnvil } from "./anvil-process.ts";
import { noteDevChain, releaseDevChainLock, takeDevChainLock } from "./dev-chain-lock.ts";
import { prepareChainState } from "./dev-chain-state.ts";

/** Pause before an anvil that died is started again. */
const RESTART_PAUSE_MS = 200;

/** What the process needs to know. */
export interface DevChainInit {
  readonly directory: string;
  readonly chainId: number;
}

/** What the process tells when the chain is up. */
export interface DevChainReady {
  readonly rpcUrl: string;
  readonly anvilProcessId: number;
}

/** Keeps one anvil running in a directory, on one port, until told to stop. */
async function runDevChain({ directory, chainId }: DevChainInit): Promise<RunningService<DevChainReady>> {
  await mkdir(directory, { recursive: true });
  await takeDevChainLock(directory);
  let stopping = false;
  const launch = async (port: number): Promise<AnvilProcess> => {
    await prepareChainState(directory);
    const started = await startAnvil(directory, chainId, port);
    const rpcUrl = `http://127.0.0.1:${started.port}`;
    await noteDevChain(directory, { processId: process.pid, anvilProcessId: started.processId, rpcUrl });
    return started;
  };
  let anvil = await launch(0).catch(async (error: unknown) => {
    await releaseDevChainLock(directory);
    throw error;
  });
  const supervise = async (): Promise<void> => {
    for (;;) {
      await anvil.exited;
      if (stopping) return;
      await sleep(systemClock, durationMs(RESTART_PAUSE_MS));
      if (stopping) return;
      // The port may still be taken for a moment; then the next round tries again.
      anvil = await launch(anvil.port).catch(() => anvil);
      // A stop that came meanwhile waits for us here and ends what has just been started.
      if (stopping) return;
    }
  };
  const supervision = supervise();
  return {
    ready: { rpcUrl: `http://127.0.0.1:${anvil.port}`, anvilProcessId: anvil.processId },
    stop: async () => {
      stopping = true;
      await anvil.stop();
      await supervision;
      // A restart that was under way has an anvil of its own.
      await anvil.stop();
      await releaseDevChainLock(directory);
    },
  };
}

serveChild(runDevChain);
