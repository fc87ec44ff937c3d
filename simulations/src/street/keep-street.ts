import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import type { Street } from "./street.ts";

/**
 * Remembers in a folder which street lives there, so that another one is not put on top of its state.
 * @throws CommonwattError `CONFIG_OTHER_STREET` when the folder holds a street of other size or seed.
 */
export function keepStreet(directory: string, street: Street): void {
  const path = join(directory, "street.json");
  const mine = { homes: street.homes.length, seed: street.seed };
  if (!existsSync(path)) {
    writeFileSync(path, `${JSON.stringify(mine)}\n`);
    return;
  }
  const kept = JSON.parse(readFileSync(path, "utf8")) as typeof mine;
  if (kept.homes === mine.homes && kept.seed === mine.seed) return;
  throw new CommonwattError(
    "CONFIG_OTHER_STREET",
    `the data folder holds a street with --homes ${kept.homes} --seed ${kept.seed}; ` +
      `this run asks for --homes ${mine.homes} --seed ${mine.seed}: use the same, or another folder`,
    { details: { path, homes: kept.homes, seed: kept.seed } },
  );
}
