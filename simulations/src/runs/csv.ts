import type { Cell, Column, Table } from "./table.ts";

/**
 * A table as CSV (RFC 4180): a heading, commas, a line feed after every line. Times are ISO 8601 in UTC, a missing value
 * is an empty field.
 */
export function csvOf({ rows, columns }: Table): string {
  const lines = [columns.map(({ name }) => field(name)).join(",")];
  for (let row = 0; row < rows; row++) {
    lines.push(columns.map((column) => printed(column, column.values[row] ?? null)).join(","));
  }
  return `${lines.join("\n")}\n`;
}

function printed({ type }: Column, value: Cell): string {
  if (value === null) return "";
  if (type === "TIMESTAMP") return new Date(Number(value)).toISOString();
  return field(String(value));
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
