import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { CommonwattError } from "@commonwatt/vpp-core";
import type { StudyRun } from "./run-outcome.ts";
import type { RunPlan } from "./run-plan.ts";
import type { RunAnswer, RunTask } from "./run-worker.ts";

/** Where runs go, and who hears of them. */
export interface PoolOptions {
  readonly folder: string;
  readonly version: string;
  readonly workers: number;
  readonly onRun: (run: StudyRun, at: number) => void;
}

/**
 * Runs plans on threads, each plan on one of them; the outcomes stand in the order of the plans. Runs that the folder
 * already holds, by their input hash, are not run again.
 * @throws CommonwattError of the first run that failed; those that have ended are kept.
 */
export async function runAll(
  plans: readonly RunPlan[],
  { folder, version, workers, onRun }: PoolOptions,
): Promise<readonly StudyRun[]> {
  const runs: StudyRun[] = new Array(plans.length);
  const waiting = [...plans.entries()];
  const work = async (): Promise<void> => {
    const thread = new Worker(new URL("./run-worker.ts", import.meta.url));
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [at, plan] = next;
        const run = await runOn(thread, { plan, folder, version });
        runs[at] = run;
        onRun(run, at);
      }
    } catch (error) {
      waiting.length = 0;
      throw error;
    } finally {
      await thread.terminate();
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(workers, plans.length) }, work));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return runs;
}

async function runOn(thread: Worker, task: RunTask): Promise<StudyRun> {
  thread.postMessage(task);
  const [answer] = (await once(thread, "message")) as [RunAnswer];
  if ("run" in answer) return answer.run;
  const { code, message } = answer.failure;
  throw code === null ? new Error(message) : new CommonwattError(code, message);
}
