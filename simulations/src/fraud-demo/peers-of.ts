import { readdir, readFile, readlink } from "node:fs/promises";

/** How the kernel writes a connection that is open (`TCP_ESTABLISHED` of include/net/tcp_states.h in Linux). */
const ESTABLISHED = "01";

/**
 * The ports that a process talks to over TCP right now, as Linux lists them under /proc; `null` where there is no such
 * list. A process that is gone talks to nobody.
 */
export async function peersOf(processId: number): Promise<ReadonlySet<number> | null> {
  if (process.platform !== "linux") return null;
  const folder = `/proc/${processId}`;
  const handles = await readdir(`${folder}/fd`).catch(() => []);
  const links = await Promise.all(
    handles.map((handle) => readlink(`${folder}/fd/${handle}`).catch(() => "")),
  );
  const sockets = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = ["tcp", "tcp6"].map((name) => readFile(`${folder}/net/${name}`, "utf8").catch(() => ""));
  const ports = new Set<number>();
  for (const row of (await Promise.all(tables)).join("\n").split("\n")) {
    const [, , remote = "", state, , , , , , inode = ""] = row.trim().split(/\s+/);
    if (state === ESTABLISHED && sockets.has(inode))
      ports.add(Number.parseInt(remote.split(":")[1] ?? "", 16));
  }
  return ports;
}
