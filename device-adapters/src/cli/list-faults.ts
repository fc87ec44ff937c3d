import type { FaultDescription } from "../emulator/faults/fault.ts";
import { type FaultTarget, fittingFaults, OPCUA_HOME } from "../emulator/faults/fitting-faults.ts";
import { PROFILES } from "../profiles/profiles.ts";

const EVERY_TARGET: readonly FaultTarget[] = [...PROFILES, "replay", OPCUA_HOME];

interface ListedFault extends FaultDescription {
  readonly name: string;
  /** The profiles that can have it, `replay` and `opcua-home` among them. */
  readonly fits: readonly string[];
}

/** Prints the faults that there are, or those that one target can have. */
export function printFaults(target: FaultTarget | null, json: boolean): void {
  const faults = listedFaults(target === null ? EVERY_TARGET : [target]);
  if (json) {
    const lines = faults.map((fault) => ({ event: "fault", ...fault }));
    for (const line of [...lines, { event: "summary", faults: faults.length }]) {
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
    return;
  }
  for (const [fits, group] of Map.groupBy(faults, (fault) => fault.fits.join(", "))) {
    process.stdout.write(`${fits}:\n`);
    for (const { name, usual, meaning, parameter } of group) {
      const written = parameter === "unused" ? name : `${name}:${usual}`;
      const says = parameter === "unused" ? "" : ` (${usual}: ${parameter})`;
      process.stdout.write(`  ${written.padEnd(22)} ${meaning}${says}\n`);
    }
  }
}

function listedFaults(targets: readonly FaultTarget[]): readonly ListedFault[] {
  const found = new Map<FaultDescription, ListedFault>();
  for (const target of targets) {
    for (const [name, description] of Object.entries(fittingFaults(target))) {
      const fits = [
        ...(found.get(description)?.fits ?? []),
        typeof target === "string" ? target : target.name,
      ];
      found.set(description, { name, ...description, fits });
    }
  }
  return [...found.values()];
}
