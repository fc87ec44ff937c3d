import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openJournal } from "../src/journal/journal.ts";
import { readJournal } from "../src/journal/read-journal.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const PROGRAM = fileURLToPath(new URL("./write-until-full.ts", import.meta.url));

/** Runs a line of shell in which `$node`, `$program` and `$folder` are set. */
function shell(line: string, folder: string): string {
  const env = { ...process.env, node: process.execPath, program: PROGRAM, folder };
  return spawnSync("sh", ["-c", line], { env, encoding: "utf8" }).stdout;
}

const reader = { from: 1, start: () => () => {} };

it.runIf(process.platform === "linux")("fails loudly and for good when a file may not grow", async () => {
  const folder = await temporaryFolder();
  const said = shell('ulimit -f 300; exec "$node" "$program" "$folder"', folder);
  const [durable = "", ...codes] = said.trim().split(" ");
  expect(codes).toEqual(["JOURNAL_WRITE_FAILED", "EFBIG", "same", "same", "same", "same"]);
  const found = await readJournal(folder, reader);
  expect(found.lastSequence).toBeGreaterThanOrEqual(Number(durable));
  expect(Number(durable)).toBeGreaterThan(100);
  const about = { content: "words", community: "c", rules: {} };
  const { journal, tornBytes } = await openJournal(folder, about, async () => reader);
  expect(tornBytes).toBeGreaterThan(0);
  expect(journal.append(7, Buffer.from("room again"))).toBe(found.lastSequence + 1);
  await journal.close();
});

const MOUNT =
  'unshare --user --map-root-user --mount sh -c \'mount -t tmpfs -o size=300k tmpfs "$folder" && ';
const canMount = process.platform === "linux" && shell(`${MOUNT} echo yes'`, "/mnt").includes("yes");

it.runIf(canMount)("says that the disk is full", async () => {
  const said = shell(`${MOUNT} exec "$node" "$program" "$folder"'`, await temporaryFolder());
  expect(said).toMatch(/^\d+ JOURNAL_WRITE_FAILED ENOSPC same same same same\n$/);
});
