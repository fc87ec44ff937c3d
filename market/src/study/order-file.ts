import { readFile } from "node:fs/promises";
import {
  CommonwattError,
  type Hex,
  messageOf,
  type OrderSide,
  priceMicroPerKwh,
  siteId,
  wattHours,
} from "@commonwatt/vpp-core";
import type { BookOrder } from "../mechanisms/mechanism.ts";

const FIELDS = ["trader", "side", "energyWh", "limitPrice", "zone"] as const;
type Field = (typeof FIELDS)[number];
const REQUIRED: readonly Field[] = ["trader", "side", "energyWh", "limitPrice"];

/** An order as the file has it, and where in the file. */
interface Row {
  /** `line 3` or `order 2`. */
  readonly place: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What is wrong in a file, a line for each. */
type Problems = string[];

/** At most so many problems are told at once. */
const PROBLEMS_MAX = 10;

/**
 * Reads a book of orders from a file: CSV with the columns `trader,side,energyWh,limitPrice` and, for a network,
 * `zone`, in any order under a line that names them; or, when its name ends in `.json`, a list of objects with
 * these fields. Energy in whole Wh, price in whole micro per kWh. Lines that are empty or begin with # say
 * nothing. The n-th order of the file has the id n.
 * @throws CommonwattError `USAGE_FILE_UNREADABLE`, or `USAGE_BAD_ORDERS` with place and field of what is wrong.
 */
export async function readOrderFile(file: string): Promise<readonly BookOrder[]> {
  const text = await readText(file);
  const problems: Problems = [];
  const rows = file.endsWith(".json") ? jsonRows(text, problems) : csvRows(text, problems);
  const orders = rows.flatMap((row, i) => orderOf(row, i, problems) ?? []);
  if (problems.length === 0) checkTogether(rows, orders, problems);
  if (problems.length > 0) throw badFile("USAGE_BAD_ORDERS", file, problems);
  return orders;
}

/**
 * The text of a file.
 * @throws CommonwattError `USAGE_FILE_UNREADABLE`.
 */
export async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw new CommonwattError("USAGE_FILE_UNREADABLE", `${file}: ${messageOf(cause)}`, {
      details: { file },
      cause,
    });
  }
}

/** An error that lists what is wrong in a file. */
export function badFile(code: string, file: string, problems: readonly string[]): CommonwattError {
  const told = problems.slice(0, PROBLEMS_MAX).map((problem) => `${file}: ${problem}`);
  const left = problems.length - told.length;
  const message = [...told, ...(left > 0 ? [`and ${left} more`] : [])].join("\n");
  return new CommonwattError(code, message, { details: { file, problems: problems.length } });
}

function csvRows(text: string, problems: Problems): readonly Row[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ place: `line ${i + 1}`, cells: line.split(",").map((cell) => cell.trim()) }))
    .filter(
      ({ cells: [first = "", ...others] }) => !first.startsWith("#") && (first !== "" || others.length > 0),
    );
  const [header, ...rows] = lines;
  const names = header?.cells ?? [];
  for (const name of names) {
    if (!FIELDS.some((field) => field === name)) {
      problems.push(`${header?.place}: there is no column "${name}"; there are ${FIELDS.join(", ")}`);
    }
    if (names.indexOf(name) !== names.lastIndexOf(name))
      problems.push(`${header?.place}: ${name} stands twice`);
  }
  for (const field of REQUIRED) {
    if (!names.includes(field)) problems.push(`${header?.place ?? "line 1"}: there is no column "${field}"`);
  }
  if (problems.length > 0) return [];
  return rows.flatMap(({ place, cells }) => {
    if (cells.length !== names.length) {
      problems.push(`${place}: ${cells.length} values where ${names.length} columns are`);
      return [];
    }
    return [
      { place, fields: Object.fromEntries(names.map((name, i) => [name, numberOf(name, cells[i] ?? "")])) },
    ];
  });
}

/** A cell of numbers as one when it is; what is none stays text, to be told. */
function numberOf(name: string, cell: string): unknown {
  if (name === "zone" && cell === "") return undefined;
  return (name === "energyWh" || name === "limitPrice") && /^-?\d+$/.test(cell) ? Number(cell) : cell;
}

function jsonRows(text: string, problems: Problems): readonly Row[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    problems.push(messageOf(error));
    return [];
  }
  if (!Array.isArray(content)) {
    problems.push("it must be a list of orders");
    return [];
  }
  return content.flatMap((fields: unknown, i) => {
    const place = `order ${i + 1}`;
    if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) {
      return [{ place, fields: fields as Row["fields"] }];
    }
    problems.push(`${place}: it must be an object`);
    return [];
  });
}

function orderOf({ place, fields }: Row, at: number, problems: Problems): BookOrder | null {
  const found = problems.length;
  const expect = (holds: boolean, field: Field, what: string): void => {
    if (!holds)
      problems.push(
        `${place}: ${field}: it must be ${what}, not ${JSON.stringify(fields[field]) ?? "missing"}`,
      );
  };
  for (const name of Object.keys(fields)) {
    if (!FIELDS.some((field) => field === name)) problems.push(`${place}: there is no field "${name}"`);
  }
  const { trader, side, energyWh, limitPrice, zone } = fields;
  expect(typeof trader === "string" && trader !== "", "trader", "a name");
  expect(side === "bid" || side === "offer", "side", "bid or offer");
  expect(Number.isSafeInteger(energyWh) && Number(energyWh) > 0, "energyWh", "a whole number of Wh above 0");
  expect(
    Number.isSafeInteger(limitPrice) && Number(limitPrice) >= 0,
    "limitPrice",
    "a whole number of micro per kWh of at least 0",
  );
  expect(zone === undefined || typeof zone === "string", "zone", "a name");
  if (problems.length > found) return null;
  return {
    id: idOf(at + 1),
    trader: siteId(String(trader)),
    side: side as OrderSide,
    energyWh: wattHours(Number(energyWh)),
    limitPrice: priceMicroPerKwh(Number(limitPrice)),
    ...(typeof zone === "string" ? { zone } : {}),
  };
}

/** What no order shows alone. */
function checkTogether(rows: readonly Row[], orders: readonly BookOrder[], problems: Problems): void {
  const firstOf = new Map<string, { readonly place: string; readonly side: OrderSide }>();
  let energyWh = 0;
  orders.forEach(({ trader, side, energyWh: ownWh }, i) => {
    const place = rows[i]?.place ?? "";
    const first = firstOf.get(trader) ?? { place, side };
    firstOf.set(trader, first);
    if (first.side !== side) {
      problems.push(
        `${place}: side: ${trader} is on the other side in ${first.place}; a trader has one side`,
      );
    }
    energyWh += ownWh;
    if (!Number.isSafeInteger(energyWh))
      problems.push(`${place}: energyWh: all orders together are too much`);
  });
}

function idOf(number: number): Hex {
  return `0x${number.toString(16)}`;
}

/** Which order of its file an order is, counted from 1. */
export function numberOfOrder(id: Hex): number {
  return Number(id);
}
