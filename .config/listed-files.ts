import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of this repository. */
export const REPOSITORY: string = fileURLToPath(new URL("..", import.meta.url));

/** The packages, as folders. */
export const PACKAGES: readonly string[] = [
  "vpp-core",
  "device-adapters",
  "market",
  "settlement",
  "simulations",
];

/** Files below `root` that git tracks or would track, by their paths from there. */
export function listedFiles(root: string): readonly string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0");
  return [...new Set(listed)].filter((path) => path !== "" && existsSync(join(root, path))).sort();
}
