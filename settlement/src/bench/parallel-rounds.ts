import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { BenchRound, BenchTask } from "./bench-worker.ts";

/** A round in which every core did the task a few times: what each thread took. */
export type ParallelRound = readonly BenchRound[];

/** Rounds that let the machine code settle, as it has in an operator that has made a few batches. */
export const WARM_UPS = 5;

/** Runs rounds of a task on a thread for each core, all at once, after some rounds that only warm up. */
export async function parallelRounds(task: BenchTask, rounds: number): Promise<readonly ParallelRound[]> {
  const url = new URL("./bench-worker.ts", import.meta.url);
  const workers = Array.from({ length: availableParallelism() }, () => new Worker(url, { workerData: task }));
  try {
    await Promise.all(workers.map((worker) => once(worker, "message")));
    const measured: ParallelRound[] = [];
    for (let number = 0; number < WARM_UPS + rounds; number++) {
      const answers = await Promise.all(
        workers.map(async (worker) => {
          const answer = once(worker, "message") as Promise<[BenchRound]>;
          worker.postMessage("round");
          return (await answer)[0];
        }),
      );
      if (number >= WARM_UPS) measured.push(answers);
    }
    return measured;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
