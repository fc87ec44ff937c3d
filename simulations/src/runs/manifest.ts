import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { neighbourhoodHash } from "./input-hash.ts";
import type { RunPlan } from "./run-plan.ts";

/** What a run was made from: enough to make it again, and to see that it is the same. It names no time and no machine. */
export interface Manifest {
  readonly format: "commonwatt-run-1";
  /** As it was typed. */
  readonly command: string;
  readonly plan: RunPlan;
  /** The rule's full name and its k in thousandths. */
  readonly mechanism: { readonly name: string; readonly kPerMille: number | null; readonly source: string };
  readonly versions: { readonly commonwatt: string; readonly node: string };
  /** SHA-256 of every file that was read. */
  readonly files: Readonly<Record<string, Hex>>;
  /** Of the neighbourhood that was made of them, and of everything that the figures depend on. */
  readonly neighbourhoodHash: Hex;
  readonly inputHash: Hex;
  /** `null` until all files are there. */
  readonly resultHash: Hex | null;
}

/** Fills in what follows from the rest. */
export function manifestOf(
  neighbourhood: Neighbourhood,
  plan: RunPlan,
  known: Pick<Manifest, "command" | "inputHash" | "resultHash"> & { readonly version: string },
): Manifest {
  const { name, kPerMille, source } = namedMechanism(plan.mechanism);
  return {
    format: "commonwatt-run-1",
    command: known.command,
    plan,
    mechanism: { name, kPerMille, source },
    versions: { commonwatt: known.version, node: process.version },
    files: fileHashes(plan.data),
    neighbourhoodHash: neighbourhoodHash(neighbourhood),
    inputHash: known.inputHash,
    resultHash: known.resultHash,
  };
}

/** SHA-256 of each file of a folder, by name. */
export function fileHashes(folder: string): Readonly<Record<string, Hex>> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
  return Object.fromEntries(
    names.map((name) => {
      const digest = createHash("sha256").update(readFileSync(join(folder, name)));
      return [name, `0x${digest.digest("hex")}`];
    }),
  );
}
