import { basename, join } from "node:path";
import { epochMs } from "@commonwatt/vpp-core";
import { badFile, numberIn } from "./csv.ts";
import type { RawDataSet } from "./data-set.ts";
import { type Importing, isWanted, requireSites } from "./data-source.ts";
import { definitions, type PhaseOfBus, phaseOfBus, requiredOf } from "./opendss-script.ts";
import type { RawSeries } from "./raw-series.ts";
import { readText } from "./read-file.ts";

const MINUTE_MS = 60_000;
const WH_PER_KWMIN = 1000 / 60;
/** The feeder's profiles are of a day without a date: a Thursday in winter. */
const START_MS = Date.UTC(2026, 0, 1);

/**
 * Reads the load profiles of the IEEE European low-voltage test feeder as OpenDSS has it: `Loads.txt` (bus and
 * phase of each home), `LoadShapes.txt`, and files of one kW per minute. Source: IEEE PES Distribution Test
 * Feeder Working Group, European Low Voltage Test Feeder; OpenDSS test cases (EPRI). A shape with
 * `useactual=true` is in kW itself, else a share of the load's `kW`.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, `IMPORT_BAD_FILE`, `IMPORT_UNKNOWN_SITE`.
 */
export async function readIeeeEuropeanLv({ source }: Importing): Promise<RawDataSet> {
  const [loadsFile, shapesFile] = [join(source.path, "Loads.txt"), join(source.path, "LoadShapes.txt")];
  const loads = definitions(await readText(loadsFile), "Load");
  const shapes = new Map(
    definitions(await readText(shapesFile), "Loadshape").map((shape) => [shape.name.toLowerCase(), shape]),
  );
  const startMs = epochMs(source.startMs ?? START_MS);
  const series: RawSeries[] = [];
  const connections = new Map<string, PhaseOfBus>();
  let [stepMs, steps] = [MINUTE_MS, 0];
  for (const load of loads) {
    if (!isWanted(source, load.name)) continue;
    connections.set(load.name, phaseOfBus(load, loadsFile));
    const shapeName = load.values.get("yearly") ?? load.values.get("daily") ?? "";
    const shape = shapes.get(shapeName.toLowerCase());
    if (shape === undefined)
      throw badFile(loadsFile, load.line, `there is no shape "${shapeName}" in ${shapesFile}`);
    stepMs = numberIn(requiredOf(shape, "minterval", shapesFile), shapesFile, shape.line) * MINUTE_MS;
    const scale =
      shape.values.get("useactual")?.toLowerCase() === "true" ? 1 : Number(load.values.get("kw") ?? 1);
    const [, file = ""] = /file=([^)\s]+)/i.exec(requiredOf(shape, "mult", shapesFile)) ?? [];
    const path = join(source.path, file);
    const values = valuesIn(await readText(path), path, scale * WH_PER_KWMIN * (stepMs / MINUTE_MS));
    steps = Math.max(steps, values.length);
    const timesMs = Float64Array.from(values, (_, row) => startMs + row * stepMs);
    series.push({ site: load.name, quantity: "load", kind: "interval", timesMs, valuesWh: values });
  }
  requireSites(
    source,
    series,
    loads.map(({ name }) => name),
  );
  return {
    name: basename(source.path),
    format: "ieee-european-lv",
    path: source.path,
    grid: { startMs, stepMs, steps },
    series,
    connections,
    assumptions:
      source.startMs === undefined ? ["the data has no date: it is taken as 2026-01-01, in UTC"] : [],
  };
}

/** One number a line, times a factor. */
function valuesIn(text: string, file: string, factor: number): Float64Array {
  const lines = text.trimEnd().split(/\r?\n/);
  return Float64Array.from(lines, (line, index) => numberIn(line, file, index + 1) * factor);
}
