import { messageOf } from "@commonwatt/vpp-core";
import { utcOffset } from "../data/local-time.ts";
import { parseTime } from "../data/parse-time.ts";
import { namedMechanism } from "../engine/named-mechanism.ts";
import type { DocumentPath, Fault } from "./check-value.ts";
import { nearestName } from "./nearest-name.ts";
import type { ScenarioFile, ScenarioPrice, ScenarioSites } from "./scenario-file.ts";

const MICRO = 1_000_000;

/** The error of a call as a fault; none when it returns. */
function faultOf(path: DocumentPath, check: () => unknown): readonly Fault[] {
  try {
    check();
    return [];
  } catch (error) {
    return [{ path, what: messageOf(error) }];
  }
}

function dataFaults(file: ScenarioFile): readonly Fault[] {
  return Object.entries(file.data ?? {}).flatMap(([name, { format, columns, start, timeZone }]) => {
    const faults: Fault[] = [];
    const path = ["data", name];
    const needsColumns = format === "csv" || format === "parquet";
    if (needsColumns && columns === undefined)
      faults.push({ path, what: `the format ${format} needs columns` });
    if (!needsColumns && columns !== undefined) {
      faults.push({
        path: [...path, "columns"],
        what: "only the formats csv and parquet have columns",
        isKey: true,
      });
    }
    if (timeZone !== undefined) faults.push(...faultOf([...path, "timeZone"], () => utcOffset(timeZone)));
    if (start !== undefined && parseTime(start, "iso") === null)
      faults.push(noTime([...path, "start"], start));
    if (columns !== undefined && "start" in columns.time && parseTime(columns.time.start, "iso") === null) {
      faults.push(noTime([...path, "columns", "time", "start"], columns.time.start));
    }
    return faults;
  });
}

function noTime(path: DocumentPath, found: string): Fault {
  return {
    path,
    what: `found ${JSON.stringify(found)}, allowed is a time as 2026-07-01 or 2026-07-01T00:00:00Z`,
  };
}

/** A name of a data source that is none. */
function unknownData(file: ScenarioFile, name: string, path: DocumentPath): readonly Fault[] {
  const names = Object.keys(file.data ?? {});
  if (names.includes(name)) return [];
  const near = nearestName(name, names);
  const there = near === null ? `there are ${names.join(", ") || "none"}` : `did you mean "${near}"?`;
  return [{ path, what: `there is no data source "${name}"; ${there}` }];
}

function siteFaults(file: ScenarioFile): readonly Fault[] {
  const seen = new Map<string, number>();
  return file.sites.flatMap((site, index) => {
    const path = ["sites", index];
    const faults: Fault[] = [];
    if ((site.id === undefined) === (site.from === undefined)) {
      faults.push({ path, what: "it needs either an id or the name of a data source in from" });
    }
    if (site.from !== undefined) {
      faults.push(...unknownData(file, site.from, [...path, "from"]));
      for (const name of ["count", "load", "pv"] as const) {
        if (site[name] === undefined) continue;
        faults.push({ path: [...path, name], what: `with from, ${name} is what the data has`, isKey: true });
      }
    }
    for (const name of ["load", "pv"] as const) {
      const field = site[name];
      if (field !== undefined && "data" in field)
        faults.push(...unknownData(file, field.data, [...path, name, "data"]));
    }
    for (const id of idsOf(site)) {
      const before = seen.get(id);
      if (before !== undefined)
        faults.push({ path: [...path, "id"], what: `a home is called ${id} already` });
      seen.set(id, index);
    }
    return faults;
  });
}

/** The names of the homes of an entry with an id: the id itself, or numbered. */
export function idsOf({ id, count }: ScenarioSites): readonly string[] {
  if (id === undefined) return [];
  return count === undefined ? [id] : Array.from({ length: count }, (_, index) => `${id}-${index + 1}`);
}

function isMicro(pricePerKwh: number): boolean {
  return Math.abs(pricePerKwh * MICRO - Math.round(pricePerKwh * MICRO)) < 1e-6;
}

function priceFaults(
  file: ScenarioFile,
  price: ScenarioPrice | undefined,
  path: DocumentPath,
): readonly Fault[] {
  const tooFine = (value: number, at: DocumentPath): readonly Fault[] =>
    isMicro(value) ? [] : [{ path: at, what: `found ${value}, allowed are at most six decimals` }];
  if (price === undefined) return [];
  if (typeof price === "number") return tooFine(price, path);
  if ("data" in price) return unknownData(file, price.data, [...path, "data"]);
  if ("series" in price) {
    const { timeZone } = price.series;
    return timeZone === undefined ? [] : faultOf([...path, "series", "timeZone"], () => utcOffset(timeZone));
  }
  const { periods, otherwisePerKwh } = price.timeOfUse;
  return [
    ...tooFine(otherwisePerKwh, [...path, "timeOfUse", "otherwisePerKwh"]),
    ...periods.flatMap(({ from, to, pricePerKwh }, index) => {
      const at = [...path, "timeOfUse", "periods", index];
      const empty = from === to ? [{ path: at, what: `it is empty: it goes from ${from} to ${to}` }] : [];
      return [...empty, ...tooFine(pricePerKwh, [...at, "pricePerKwh"])];
    }),
  ];
}

/** Distributions whose bounds are the wrong way round, anywhere in a value. */
function boundFaults(value: unknown, path: DocumentPath): readonly Fault[] {
  if (typeof value !== "object" || value === null) return [];
  const { min, max } = value as { min?: unknown; max?: unknown };
  const isTurned = typeof min === "number" && typeof max === "number" && min > max;
  const own = isTurned ? [{ path, what: `min is ${min}, above max, which is ${max}` }] : [];
  const fields = Array.isArray(value) ? value.entries() : Object.entries(value);
  return [...own, ...[...fields].flatMap(([name, field]) => boundFaults(field, [...path, name]))];
}

/** What a schema cannot say of a scenario: names that must be there, times, prices, bounds. */
export function scenarioFaults(file: ScenarioFile): readonly Fault[] {
  const { start, season, timeZone, mechanism, strategies, tariff } = file;
  const faults = [...dataFaults(file), ...siteFaults(file), ...boundFaults(file.sites, ["sites"])];
  if (start !== undefined && !/^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/.test(start)) {
    faults.push({
      path: ["start"],
      what: `found ${JSON.stringify(start)}, allowed is a day as 2026-07-01, or 2026-07-01T08:00`,
    });
  } else if (start !== undefined && parseTime(start, "iso") === null) faults.push(noTime(["start"], start));
  if (start !== undefined && season !== undefined) {
    faults.push({ path: ["season"], what: "start says when it begins; leave one of them out", isKey: true });
  }
  if (timeZone !== undefined) faults.push(...faultOf(["timeZone"], () => utcOffset(timeZone)));
  if (mechanism !== undefined) faults.push(...faultOf(["mechanism"], () => namedMechanism(mechanism)));
  const isNobody = typeof strategies === "object" && Object.values(strategies).every((share) => share === 0);
  if (isNobody) faults.push({ path: ["strategies"], what: "the shares must come to more than 0" });
  return [
    ...faults,
    ...priceFaults(file, tariff?.retailPricePerKwh, ["tariff", "retailPricePerKwh"]),
    ...priceFaults(file, tariff?.feedInPricePerKwh, ["tariff", "feedInPricePerKwh"]),
  ];
}
