import { createHash } from "node:crypto";
import type { Hex } from "@commonwatt/vpp-core";
import { neighbourhoodHash } from "./input-hash.ts";
import type { LoadedRun } from "./load-run.ts";
import { fileHashes } from "./manifest.ts";
import type { Axis } from "./run-grid.ts";
import type { RunOutcome } from "./run-outcome.ts";
import type { RunPlan } from "./run-plan.ts";

/** What a study was made from. */
export interface StudyManifest {
  readonly format: "commonwatt-study-1";
  readonly command: string;
  /** What all runs have in common but for the axes. */
  readonly plan: RunPlan;
  readonly axes: readonly Axis[];
  readonly versions: { readonly commonwatt: string; readonly node: string };
  readonly files: Readonly<Record<string, Hex>>;
  /** Of the neighbourhood of the common plan: a folder holds studies of one. */
  readonly neighbourhoodHash: Hex;
  /** Over the hashes of all runs, in their order; `null` until all have ended. */
  readonly resultHash: Hex | null;
  readonly runs: readonly { readonly inputHash: Hex; readonly resultHash: string }[];
}

/** A study that begins. */
export function studyManifest(
  { neighbourhood, reports }: LoadedRun,
  plan: RunPlan,
  axes: readonly Axis[],
  known: { readonly command: string; readonly version: string },
): StudyManifest {
  return {
    format: "commonwatt-study-1",
    command: known.command,
    plan,
    axes,
    versions: { commonwatt: known.version, node: process.version },
    files: fileHashes(plan, reports),
    neighbourhoodHash: neighbourhoodHash(neighbourhood),
    resultHash: null,
    runs: [],
  };
}

/** The same when all runs have ended. */
export function endedStudy(manifest: StudyManifest, outcomes: readonly RunOutcome[]): StudyManifest {
  const hash = createHash("sha256").update(outcomes.map(({ resultHash }) => resultHash).join("\n"));
  return {
    ...manifest,
    resultHash: `0x${hash.digest("hex")}`,
    runs: outcomes.map(({ inputHash, resultHash }) => ({ inputHash, resultHash })),
  };
}
