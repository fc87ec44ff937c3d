import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { WorkloadShape } from "./workload.ts";

/** An engine of the benchmark. */
export type EngineName = "flat" | "object" | "nodejs-order-book" | "naive";

interface OnWorkload {
  readonly engine: EngineName;
  readonly shape: WorkloadShape;
  /** The workload's messages, as Int32 of this machine. */
  readonly file: string;
}

/** What a process of its own is to measure. */
export type EngineTask =
  | (OnWorkload & { readonly do: "digest"; readonly capS: number })
  | (OnWorkload & { readonly do: "speed"; readonly runs: number; readonly capS: number })
  | (OnWorkload & { readonly do: "latency" })
  | (OnWorkload & {
      readonly do: "wall";
      readonly engine: "flat";
      readonly isDurable: boolean;
      readonly runs: number;
    })
  | { readonly do: "auction"; readonly orders: number; readonly seed: number };

const PROGRAM = fileURLToPath(new URL("./engine-process.ts", import.meta.url));

/**
 * Runs a task in a fresh process, so that no engine finds another's garbage or compiled code. What Node.js makes
 * of the sources before it runs them is kept in a folder, as of an installed program: it strips their types by
 * WebAssembly, and that alone makes V8 check with every access to a typed array that its memory is still there.
 */
export async function runTask<Result>(task: EngineTask, compiledFolder: string): Promise<Result> {
  const env = { ...process.env, NODE_COMPILE_CACHE: compiledFolder };
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, JSON.stringify(task)], { env });
  return JSON.parse(stdout) as Result;
}
