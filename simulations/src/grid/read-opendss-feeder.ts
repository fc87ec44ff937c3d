import { join } from "node:path";
import { badFile, numberIn } from "../data/csv.ts";
import { type Definition, definitions, phaseOfBus, requiredOf } from "../data/opendss-script.ts";
import { readText } from "../data/read-file.ts";
import {
  type Branch,
  type Connection,
  type Feeder,
  fromSequences,
  type Impedance,
  radialFeeder,
  times,
} from "./feeder.ts";

/** What an OpenDSS folder without its master file does not say. */
export interface FeederSource {
  /** Voltage of the grid with nothing connected, as a share of the nominal; 1.05 for the IEEE feeder. */
  readonly voltageShare: number;
  /** What the grid behind the transformer can drive through a short circuit of three phases, in A. */
  readonly shortCircuitA: number;
}

/** The circuit of the IEEE European feeder: `pu=1.05 ISC3=3000` at 11 kV (EPRI, LVTestCase/Master.dss). */
const IEEE_SOURCE: FeederSource = { voltageShare: 1.05, shortCircuitA: 3000 };
/** OpenDSS's own where nothing is said: X/R of a source, and resistance of a transformer's winding in percent. */
const SOURCE_X_OVER_R = 4;
const WINDING_RESISTANCE_PERCENT = 0.2;
const NOMINAL_V = 230;
/** Metres in a unit of length. */
const METRES: Readonly<Record<string, number>> = { m: 1, km: 1000 };

/**
 * Reads a radial feeder as OpenDSS has it: `LineCode.txt`, `Lines.txt`, `Transformers.txt` and `Loads.txt` of the
 * IEEE European low-voltage test feeder. Lines are series impedances; capacitances are not modelled, and must be 0.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, `IMPORT_BAD_FILE`, `GRID_NOT_RADIAL`, `GRID_NOT_CONNECTED`.
 */
export async function readOpendssFeeder(folder: string, source: FeederSource = IEEE_SOURCE): Promise<Feeder> {
  const read = async (name: string, kind: string): Promise<ScriptFile> => {
    const path = join(folder, name);
    return { path, found: definitions(await readText(path), kind) };
  };
  const codes = await read("LineCode.txt", "LineCode");
  const lines = await read("Lines.txt", "Line");
  const transformers = await read("Transformers.txt", "Transformer");
  const loads = await read("Loads.txt", "Load");
  const [transformer] = transformers.found;
  if (transformer === undefined || transformers.found.length !== 1) {
    throw badFile(
      transformers.path,
      1,
      `one transformer is expected, there are ${transformers.found.length}`,
    );
  }
  const supply = transformerOf(transformer, transformers.path, source);
  return radialFeeder({
    source: supply.branch.from,
    sourceVoltageV: supply.voltageV * source.voltageShare,
    nominalVoltageV: NOMINAL_V,
    transformerVA: supply.ratingVA,
    branches: [supply.branch, ...branchesOf(lines, codes)],
    connections: loads.found.map((load) => connectionOf(load, loads.path)),
  });
}

interface ScriptFile {
  readonly path: string;
  readonly found: readonly Definition[];
}

function numberOf(definition: Definition, key: string, file: string): number {
  return numberIn(requiredOf(definition, key, file), file, definition.line);
}

function listOf(definition: Definition, key: string, file: string): readonly string[] {
  return requiredOf(definition, key, file)
    .replace(/^[[(]|[\])]$/g, "")
    .trim()
    .split(/[\s,]+/);
}

/** The transformer and the grid behind it as one impedance on the low side; a delta lets no zero sequence through. */
function transformerOf(
  definition: Definition,
  file: string,
  source: FeederSource,
): { branch: Branch; voltageV: number; ratingVA: number } {
  const [from = "", to = ""] = listOf(definition, "buses", file);
  const [highKV = Number.NaN, lowKV = Number.NaN] = listOf(definition, "kvs", file).map((value) =>
    numberIn(value, file, definition.line),
  );
  const [ratingKVA = Number.NaN] = listOf(definition, "kvas", file).map((value) =>
    numberIn(value, file, definition.line),
  );
  const [high, low] = listOf(definition, "conns", file).map((name) => name.toLowerCase());
  if (high !== "delta" || low !== "wye") {
    throw badFile(file, definition.line, "a transformer of a delta and a wye winding is expected");
  }
  const baseOhm = (lowKV * 1000) ** 2 / (ratingKVA * 1000);
  const r = (2 * WINDING_RESISTANCE_PERCENT * baseOhm) / 100;
  const x = (numberOf(definition, "xhl", file) * baseOhm) / 100;
  const sourceOhm = ((highKV * 1000) / Math.sqrt(3) / source.shortCircuitA) * (lowKV / highKV) ** 2;
  const sourceR = sourceOhm / Math.hypot(1, SOURCE_X_OVER_R);
  const impedance = fromSequences(r + sourceR, x + SOURCE_X_OVER_R * sourceR, r, x);
  const branch = { name: definition.name, from, to, impedance };
  return { branch, voltageV: (lowKV * 1000) / Math.sqrt(3), ratingVA: ratingKVA * 1000 };
}

/** The current that a line or its code is rated for, as OpenDSS has it: each phase, in A. */
function ratingOf(definition: Definition, file: string): number | undefined {
  return definition.values.has("normamps") ? numberOf(definition, "normamps", file) : undefined;
}

function branchesOf(lines: ScriptFile, codes: ScriptFile): readonly Branch[] {
  const perMetre = new Map<string, Impedance>();
  const ratings = new Map<string, number | undefined>();
  for (const code of codes.found) {
    const value = (key: string): number => numberOf(code, key, codes.path) / metresOf(code, codes.path);
    if (value("c1") !== 0 || value("c0") !== 0) {
      throw badFile(codes.path, code.line, `${code.name} has a capacitance, which is not modelled`);
    }
    ratings.set(code.name.toLowerCase(), ratingOf(code, codes.path));
    perMetre.set(code.name.toLowerCase(), fromSequences(value("r1"), value("x1"), value("r0"), value("x0")));
  }
  return lines.found.map((line) => {
    const code = requiredOf(line, "linecode", lines.path);
    const impedance = perMetre.get(code.toLowerCase());
    if (impedance === undefined) throw badFile(lines.path, line.line, `there is no line code ${code}`);
    if (numberOf(line, "phases", lines.path) !== 3)
      throw badFile(lines.path, line.line, "three phases are expected");
    const length = numberOf(line, "length", lines.path) * metresOf(line, lines.path);
    const ratingA = ratingOf(line, lines.path) ?? ratings.get(code.toLowerCase());
    return {
      name: line.name,
      from: requiredOf(line, "bus1", lines.path),
      to: requiredOf(line, "bus2", lines.path),
      impedance: times(impedance, length),
      ...(ratingA === undefined ? {} : { ratingA }),
    };
  });
}

function metresOf(definition: Definition, file: string): number {
  const unit = requiredOf(definition, "units", file).toLowerCase();
  const metres = METRES[unit];
  if (metres === undefined) throw badFile(file, definition.line, `unknown unit of length "${unit}": m or km`);
  return metres;
}

function connectionOf(load: Definition, file: string): Connection {
  const powerFactor = numberOf(load, "pf", file);
  if (!(powerFactor > 0 && powerFactor <= 1))
    throw badFile(file, load.line, "pf must be above 0 and at most 1");
  return { name: load.name, ...phaseOfBus(load, file), powerFactor };
}
