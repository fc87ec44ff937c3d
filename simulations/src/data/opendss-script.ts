import { badFile } from "./csv.ts";

/** A line `New Kind.NAME key=value …` of OpenDSS; keys in lower case. */
export interface Definition {
  readonly line: number;
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

/** The definitions of one kind in an OpenDSS script. A value may stand in brackets. */
export function definitions(text: string, kind: string): readonly Definition[] {
  const found: Definition[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [match, name = ""] = new RegExp(`^\\s*New\\s+${kind}\\.(\\S+)`, "i").exec(line) ?? [];
    if (match === undefined) continue;
    const pairs = line.slice(match.length).matchAll(/(\w+)\s*=\s*(\([^)]*\)|\[[^\]]*\]|\S+)/g);
    const values = new Map([...pairs].map(([, key = "", value = ""]) => [key.toLowerCase(), value]));
    found.push({ line: index + 1, name, values });
  }
  return found;
}

/**
 * A value that a definition must have.
 * @throws CommonwattError `IMPORT_BAD_FILE` without it.
 */
export function requiredOf({ values, line }: Definition, key: string, file: string): string {
  const value = values.get(key);
  if (value === undefined) throw badFile(file, line, `there is no ${key}`);
  return value;
}

/** The bus and the phase of a connection to one phase. */
export interface PhaseOfBus {
  readonly bus: string;
  readonly phase: 1 | 2 | 3;
}

/**
 * Where a load of one phase is connected.
 * @throws CommonwattError `IMPORT_BAD_FILE` unless `bus1` names one phase.
 */
export function phaseOfBus(load: Definition, file: string): PhaseOfBus {
  const place = requiredOf(load, "bus1", file);
  const [, bus = "", phase = ""] = /^([^.]+)\.([123])$/.exec(place) ?? [];
  if (bus === "") throw badFile(file, load.line, `bus1 must name one phase, as 34.1, not ${place}`);
  return { bus, phase: Number(phase) as 1 | 2 | 3 };
}
