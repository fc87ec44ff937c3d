import { writeFile } from "node:fs/promises";
import { CommonwattError, messageOf } from "@commonwatt/vpp-core";
import { monthBounds } from "../statements/month-statement.ts";
import { STATEMENT_FORMATS } from "../statements/print-statement.ts";
import { httpAddress, type Program } from "./key-options.ts";

interface StatementOptions {
  readonly source: string;
  readonly site: string;
  readonly month: string;
  readonly format: string;
  readonly out?: string;
}

/** Adds `commonwatt statement`: a site's month from the operator's API. */
export function registerStatement(program: Program): void {
  const command = program.command("statement");
  command
    .summary("print a site's month: trades, delivered energy, make-whole, fees, grid energy")
    .description(
      "Fetches a site's statement of a month; as JSON every line has its batch and its Merkle proof.",
    )
    .requiredOption("--source <url>", "the operator's API")
    .requiredOption("--site <id>", "which home, e.g. home-1")
    .requiredOption("--month <month>", "in UTC, e.g. 2026-06")
    .addOption(
      command.createOption("--format <format>", "what is printed").choices(STATEMENT_FORMATS).default("csv"),
    )
    .option("--out <file>", "write it to a file instead")
    .action(async (options: StatementOptions) => {
      const text = await statementOf(options);
      if (options.out === undefined) process.stdout.write(text);
      else await write(options.out, text);
    });
}

async function statementOf({ source, site, month, format }: StatementOptions): Promise<string> {
  monthBounds(month);
  const path = `/v1/settlement/statements/${encodeURIComponent(site)}?month=${month}&format=${format}`;
  const url = new URL(path, httpAddress("--source", source));
  const reply = await fetch(url).catch((cause: unknown) => {
    throw new CommonwattError("STATEMENT_UNAVAILABLE", `${source} does not answer`, {
      cause,
      retryable: true,
    });
  });
  const text = await reply.text();
  if (reply.ok) return text;
  const { code, message } = failureIn(text);
  if (code === "SITE_UNKNOWN") throw new CommonwattError(code, `${message} at ${source}`);
  throw new CommonwattError(
    "STATEMENT_UNAVAILABLE",
    `${source} gives no statement: ${message ?? `status ${reply.status}`}`,
  );
}

/** What an API says of its failure, if it is one of ours. */
function failureIn(text: string): { readonly code?: string; readonly message?: string } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    throw new CommonwattError("STATEMENT_NOT_WRITTEN", `${path} can't be written: ${messageOf(cause)}`, {
      cause,
    });
  });
}
