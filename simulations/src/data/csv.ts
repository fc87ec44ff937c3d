import { CommonwattError } from "@commonwatt/vpp-core";

/** A row of a CSV file, and the line it begins on, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The columns of a CSV file by name, and its rows below the line that names them. */
export interface CsvTable {
  /** For messages. */
  readonly file: string;
  readonly columns: ReadonlyMap<string, number>;
  /** May be gone through again and again; cells are cut each time, so that a large file needs no more than its text. */
  readonly rows: Iterable<CsvRow>;
  readonly rowCount: number;
}

/** The cells of one line without quotes around more than whole cells (RFC 4180). */
function cellsOf(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    if (line[at] !== '"') {
      const end = line.indexOf(delimiter, at);
      cells.push(line.slice(at, end < 0 ? undefined : end));
      if (end < 0) break;
      at = end + 1;
      continue;
    }
    let cell = "";
    for (at += 1; at < line.length; at++) {
      if (line[at] !== '"') cell += line[at];
      else if (line[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else break;
    }
    cells.push(cell);
    at += 2;
  }
  return cells;
}

/** All rows of a text that are not blank. A cell may stand in quotes, but not hold a line break. */
export function* csvRows(text: string, delimiter = ","): Generator<CsvRow, void> {
  let line = 0;
  for (let at = text.startsWith("\uFEFF") ? 1 : 0; at < text.length; ) {
    const found = text.indexOf("\n", at);
    const end = found < 0 ? text.length : found;
    line += 1;
    const content = text.slice(at, text[end - 1] === "\r" ? end - 1 : end);
    if (content.trim() !== "") yield { line, cells: cellsOf(content, delimiter) };
    at = end + 1;
  }
}

/**
 * A table of which the first row, or the first that `isHead` says, names the columns.
 * @throws CommonwattError `IMPORT_BAD_FILE` for a file without rows, a name that stands twice, and a row that
 *   has more or fewer cells than there are names.
 */
export function csvTable(
  file: string,
  text: string,
  delimiter = ",",
  isHead: (cells: readonly string[]) => boolean = () => true,
): CsvTable {
  let head: CsvRow | undefined;
  let rowCount = 0;
  for (const row of csvRows(text, delimiter)) {
    if (head === undefined) {
      if (isHead(row.cells)) head = row;
      continue;
    }
    rowCount += 1;
    if (row.cells.length === head.cells.length) continue;
    throw badFile(file, row.line, `${row.cells.length} cells where ${head.cells.length} columns are`);
  }
  if (head === undefined || rowCount === 0) throw badFile(file, head?.line ?? 1, "there are no rows in it");
  const headLine = head.line;
  const columns = new Map<string, number>();
  for (const [index, name] of head.cells.map((cell) => cell.trim()).entries()) {
    if (columns.has(name) && name !== "") throw badFile(file, headLine, `the column "${name}" stands twice`);
    columns.set(name, index);
  }
  const rows = {
    *[Symbol.iterator]() {
      for (const row of csvRows(text, delimiter)) if (row.line > headLine) yield row;
    },
  };
  return { file, columns, rows, rowCount };
}

/**
 * Where a column stands.
 * @throws CommonwattError `IMPORT_BAD_FILE` when there is none of this name; the message lists those there are.
 */
export function columnOf(table: CsvTable, name: string): number {
  const index = table.columns.get(name);
  if (index !== undefined) return index;
  const names = [...table.columns.keys()];
  const shown = names.length > 12 ? [...names.slice(0, 12), `and ${names.length - 12} more`] : names;
  throw badFile(table.file, 1, `there is no column "${name}"; there are ${shown.join(", ")}`);
}

/** The numbers of some columns times a factor; NaN where a cell says that there is none. */
export function numbersOf(table: CsvTable, columns: readonly number[], factor = 1): readonly Float64Array[] {
  const numbers = columns.map(() => new Float64Array(table.rowCount));
  let row = 0;
  for (const { cells, line } of table.rows) {
    for (const [index, column] of columns.entries()) {
      (numbers[index] as Float64Array)[row] = numberIn(cells[column] ?? "", table.file, line) * factor;
    }
    row += 1;
  }
  return numbers;
}

/** The line of a row, counted from 0. */
export function lineOf(table: CsvTable, row: number): number {
  let index = 0;
  for (const { line } of table.rows) if (index++ === row) return line;
  return 1;
}

const NO_VALUE = /^(|na|n\/a|nan|null|none|-|unknown|unavailable)$/i;

/**
 * A number as a cell has it; NaN for a cell that says there is none.
 * @throws CommonwattError `IMPORT_BAD_FILE` for a text that is neither.
 */
export function numberIn(cell: string, file: string, line: number): number {
  const text = cell.trim();
  if (NO_VALUE.test(text)) return Number.NaN;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw badFile(file, line, `"${text}" is no number`);
}

/** The error for what is wrong on a line of a file. */
export function badFile(file: string, line: number, what: string): CommonwattError<"IMPORT_BAD_FILE"> {
  return new CommonwattError("IMPORT_BAD_FILE", `${file}:${line}: ${what}`, { details: { file, line } });
}
