import { readFile } from "node:fs/promises";
import { CommonwattError, messageOf } from "@commonwatt/vpp-core";
import { checkValue, type Fault, type JsonSchema, writtenPath } from "./check-value.ts";
import { scenarioFaults } from "./scenario-faults.ts";
import type { ScenarioFile } from "./scenario-file.ts";
import { scenarioSchema } from "./scenario-schema.ts";
import { placedDocument } from "./yaml-places.ts";

/** As many as a person reads. */
const SHOWN_MAX = 40;

function invalid(
  file: string,
  faults: readonly { readonly line: number; readonly what: string }[],
): CommonwattError {
  const sorted = faults.toSorted((a, b) => a.line - b.line);
  const lines = sorted.slice(0, SHOWN_MAX).map(({ line, what }) => `${file}:${line}: ${what}`);
  if (sorted.length > SHOWN_MAX) lines.push(`and ${sorted.length - SHOWN_MAX} more`);
  return new CommonwattError("SCENARIO_INVALID", lines.join("\n"), {
    details: { file, line: sorted[0]?.line ?? 1, faults: sorted.length },
  });
}

/**
 * The scenario that a text holds, checked.
 * @param file for messages
 * @throws CommonwattError `SCENARIO_INVALID` with every fault: file, line, field, what was found and what is
 *   allowed.
 */
export function parseScenario(file: string, text: string): ScenarioFile {
  const document = placedDocument(text);
  if (document.errors.length > 0) throw invalid(file, document.errors);
  // A schema of TypeBox is a JSON schema.
  const shape = checkValue(scenarioSchema as JsonSchema, document.value);
  const faults = shape.length > 0 ? shape : scenarioFaults(document.value as ScenarioFile);
  if (faults.length === 0) return document.value as ScenarioFile;
  throw invalid(
    file,
    faults.map((fault) => placed(fault, document.lineOf(fault.path))),
  );
}

function placed({ path, what }: Fault, line: number): { line: number; what: string } {
  return { line, what: path.length === 0 ? what : `${writtenPath(path)}: ${what}` };
}

/**
 * Reads a scenario file.
 * @throws CommonwattError `SCENARIO_FILE_UNREADABLE`, `SCENARIO_INVALID`.
 */
export async function readScenarioFile(file: string): Promise<ScenarioFile> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    const why = messageOf(cause).includes("ENOENT") ? "there is no such file" : messageOf(cause);
    throw new CommonwattError("SCENARIO_FILE_UNREADABLE", `${file}: ${why}`, { details: { file }, cause });
  });
  return parseScenario(file, text);
}
