import { parentPort } from "node:worker_threads";
import { messageOf } from "@commonwatt/vpp-core";
import { Progress } from "./progress.ts";
import { type PartResult, type RunTask, runTask } from "./run-task.ts";

/** What a thread of runs says: that it can be given a task, and what a task came to. */
export type RunAnswer =
  | { readonly status: "ready" }
  | { readonly status: "done"; readonly result: PartResult }
  | { readonly status: "failed"; readonly message: string };

parentPort?.on("message", (task: RunTask) => {
  runTask(task, () => {}).then(
    (result) => answer({ status: "done", result }),
    (error: unknown) => {
      // Whoever waits for this thread must not wait for ever, whatever it failed in.
      new Progress(task.shared.progress).break();
      answer({ status: "failed", message: messageOf(error) });
    },
  );
});
answer({ status: "ready" });

function answer(message: RunAnswer): void {
  parentPort?.postMessage(message);
}
