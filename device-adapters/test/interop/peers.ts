import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SunSpecImage } from "./sunspec-image.ts";

/** A Modbus server that nobody here wrote. */
export type PeerName = "pymodbus" | "libmodbus" | "jsmodbus";

/** All of them. */
export const PEERS: readonly PeerName[] = ["pymodbus", "libmodbus", "jsmodbus"];

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** Debian's own Python: its packages are not seen by others that may come first on the path. */
const PYTHON = "/usr/bin/python3";
const PACKAGES =
  "gcc libc6-dev libmodbus-dev pkg-config python3-pymodbus python3-serial python3-serial-asyncio";

/** How each peer is started; `folder` is for what has to be built. */
const COMMANDS: Readonly<Record<PeerName, (folder: string) => readonly string[]>> = {
  pymodbus: () => [PYTHON, pathOf("peers/pymodbus-server.py")],
  libmodbus: (folder: string) => [compiled(folder, pathOf("peers/libmodbus-server.c"))],
  jsmodbus: () => [process.execPath, fileURLToPath(new URL("peers/jsmodbus-server.ts", import.meta.url))],
};

function compiled(folder: string, source: string): string {
  const program = join(folder, "libmodbus-server");
  const flags = execFileSync("pkg-config", ["--cflags", "--libs", "libmodbus"], { encoding: "utf8" });
  execFileSync("gcc", ["-Wall", "-Werror", "-o", program, source, ...flags.trim().split(/\s+/)]);
  return program;
}

/** A peer that serves an image on a port of 127.0.0.1. */
export interface Peer {
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a peer in a process of its own; the packages that it needs are named when it does not start. */
export async function startPeer(name: PeerName, image: SunSpecImage): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), "commonwatt-interop-"));
  const file = join(folder, "image.json");
  writeFileSync(file, JSON.stringify(image));
  try {
    const [program = "", ...args] = COMMANDS[name](folder);
    return await running(program, [...args, file], () => rmSync(folder, { recursive: true }));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`${name} does not start; it needs the Debian packages ${PACKAGES}`, { cause: error });
  }
}

async function running(program: string, args: readonly string[], tidyUp: () => void): Promise<Peer> {
  const child = spawn(program, args);
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  const exited = once(child, "exit");
  const firstLine = once(createInterface({ input: child.stdout }), "line");
  const early = exited.then(([code]) => {
    throw new Error(`it ended with code ${code}: ${complaint}`);
  });
  const [line] = (await Promise.race([firstLine, early])) as [string];
  early.catch(() => undefined);
  return {
    port: Number(line),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await exited;
      tidyUp();
    },
  };
}
