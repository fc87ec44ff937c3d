import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "@commonwatt/vpp-core";
import { Barrier } from "./barrier.ts";
import type { ResultColumns } from "./columns.ts";
import { type RunTask, runTask } from "./run-task.ts";

/** What a thread of a run answers. */
export type RunAnswer =
  | { readonly status: "done"; readonly columns: ResultColumns }
  | { readonly status: "failed"; readonly message: string };

const task = workerData as RunTask;
let answer: RunAnswer;
parentPort?.postMessage("ready");
try {
  answer = { status: "done", columns: await runTask(task, [], () => {}) };
} catch (error) {
  // Whoever waits for this thread must not wait for ever, whatever it failed in.
  new Barrier(task.shared.barrier, task.parts).break();
  answer = { status: "failed", message: messageOf(error) };
}
parentPort?.postMessage(answer);
