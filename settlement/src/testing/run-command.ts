import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The program itself. */
export const COMMAND: string = fileURLToPath(import.meta.resolve("@commonwatt/vpp-core/commonwatt"));

/** How a command ended, and what it said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `commonwatt` in a process of its own. */
export function runCommand(args: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

/** Where a community is, and who calls. */
export interface CallerOptions {
  readonly rpcUrl: string;
  readonly manifest: string;
  readonly keyFile: string;
}

/** Runs a command on a community's chain with somebody's key; what it printed last is its summary. */
export async function runOnChain(
  args: readonly string[],
  { rpcUrl, manifest, keyFile }: CallerOptions,
): Promise<Pick<Said, "code" | "err"> & { readonly summary: Readonly<Record<string, unknown>> }> {
  const where = ["--rpc", rpcUrl, "--manifest", manifest, "--key-file", keyFile, "--json"];
  const { code, out, err } = await runCommand([...args, ...where]);
  return { code, err, summary: out === "" ? {} : JSON.parse(out.trim().split("\n").at(-1) ?? "{}") };
}
