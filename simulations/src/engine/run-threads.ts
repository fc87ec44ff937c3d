import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { CommonwattError } from "@commonwatt/vpp-core";
import type { PartResult, RunTask } from "./run-task.ts";
import type { RunAnswer } from "./run-thread.ts";

/** Threads that wait for a task. A thread takes a second to load and to become fast, so it is used again. */
const idle: Worker[] = [];

/** A thread that is ready for one task. */
export interface RunThread {
  /** Begins the task; settles when it is done, and the thread waits for another. */
  run(task: RunTask): Promise<PartResult>;
}

/** So many threads that are ready. They keep the process alive only while they have a task. */
export async function readyThreads(count: number): Promise<readonly RunThread[]> {
  return Promise.all(
    Array.from({ length: count }, async () => threadOf(idle.pop() ?? (await startWorker()))),
  );
}

async function startWorker(): Promise<Worker> {
  const worker = new Worker(new URL("./run-thread.ts", import.meta.url), { execArgv: [] });
  await answerOf(worker);
  return worker;
}

function threadOf(worker: Worker): RunThread {
  return {
    async run(task) {
      worker.ref();
      worker.postMessage(task);
      const answer = await answerOf(worker);
      worker.unref();
      idle.push(worker);
      if (answer.status === "done") return answer.result;
      const cause = answer.status === "failed" ? answer.message : "it began anew";
      throw new CommonwattError(
        "SIMULATION_THREAD_FAILED",
        `a thread of the simulation has failed: ${cause}`,
      );
    },
  };
}

async function answerOf(worker: Worker): Promise<RunAnswer> {
  const [answer] = (await once(worker, "message")) as [RunAnswer];
  return answer;
}
