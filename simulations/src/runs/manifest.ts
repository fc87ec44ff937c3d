import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import { neighbourhoodHash } from "./input-hash.ts";
import type { LoadedRun } from "./load-run.ts";
import type { RunPlan, RunSettings } from "./run-plan.ts";

/** What a run was made from: enough to make it again, and to see that it is the same. It names no time and no machine. */
export interface Manifest {
  readonly format: "commonwatt-run-1";
  /** As it was typed. */
  readonly command: string;
  readonly plan: RunPlan;
  /** What the plan came to with what the scenario says. */
  readonly settings: RunSettings;
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
  { neighbourhood, settings, reports }: LoadedRun,
  plan: RunPlan,
  known: Pick<Manifest, "command" | "inputHash" | "resultHash"> & { readonly version: string },
): Manifest {
  const { name, kPerMille, source } = namedMechanism(settings.mechanism);
  return {
    format: "commonwatt-run-1",
    command: known.command,
    plan,
    settings,
    mechanism: { name, kPerMille, source },
    versions: { commonwatt: known.version, node: process.version },
    files: fileHashes(plan, reports),
    neighbourhoodHash: neighbourhoodHash(neighbourhood),
    inputHash: known.inputHash,
    resultHash: known.resultHash,
  };
}

/** SHA-256 of the scenario, of the feeder and of each file of the data, by path. */
export function fileHashes(
  { scenario, feeder }: RunPlan,
  reports: LoadedRun["reports"],
): Readonly<Record<string, Hex>> {
  const named = [scenario, feeder].filter((path) => path !== null);
  const paths = [...named, ...Object.values(reports).map(({ path }) => path)];
  const files = [...new Set(paths.flatMap(filesIn))].sort();
  return Object.fromEntries(
    files.map((file) => [file, `0x${createHash("sha256").update(readFileSync(file)).digest("hex")}`]),
  );
}

function filesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
