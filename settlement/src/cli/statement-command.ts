import { writeFile } from "node:fs/promises";
import { CommonwattError } from "@commonwatt/vpp-core";
import { monthBounds } from "../statements/month-statement.ts";
import { STATEMENT_FORMATS } from "../statements/print-statement.ts";
import type { Program } from "./key-options.ts";

interface StatementOptions {
  readonly source: string;
  readonly site: string;
  readonly month: string;
  readonly format: string;
  readonly out?: string;
}

/** Adds `commonwatt statement`: a site's month from the operator's API. */
export function registerStatement(program: Program): void {
  program
    .command("statement")
    .summary("print a site's month: trades, delivered energy, make-whole, fees, grid energy")
    .description(
      "Fetches a site's statement of a month; as JSON every line has its batch and its Merkle proof.",
    )
    .requiredOption("--source <url>", "the operator's API")
    .requiredOption("--site <id>", "which home, e.g. home-1")
    .requiredOption("--month <month>", "in UTC, e.g. 2026-06")
    .option("--format <format>", STATEMENT_FORMATS.join(", "), "csv")
    .option("--out <file>", "write it to a file instead")
    .action(async ({ source, site, month, format, out }: StatementOptions) => {
      monthBounds(month);
      const path = `/v1/settlement/statements/${encodeURIComponent(site)}?month=${month}&format=${format}`;
      const reply = await fetch(new URL(path, source)).catch((cause: unknown) => {
        throw new CommonwattError("STATEMENT_UNAVAILABLE", `${source} does not answer`, {
          cause,
          retryable: true,
        });
      });
      const text = await reply.text();
      if (!reply.ok) {
        throw new CommonwattError(
          "STATEMENT_UNAVAILABLE",
          `${source} answers with status ${reply.status}: ${text}`,
        );
      }
      if (out === undefined) process.stdout.write(text);
      else await writeFile(out, text);
    });
}
