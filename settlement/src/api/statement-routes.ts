import type { BatchStore, RoutePlugin } from "@commonwatt/vpp-core";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { BatchFile } from "../batch/batch-archive.ts";
import { fileOf } from "../rail/stored-batch.ts";
import { monthBounds, monthStatement } from "../statements/month-statement.ts";
import { printStatement, STATEMENT_FORMATS, STATEMENT_TYPES } from "../statements/print-statement.ts";
import type { SettlementSource } from "./settlement-source.ts";

/** Batches read at a time. */
const PAGE = 200;

/** The route of statements: per site and month, as JSON with proofs, CSV, or a page to print. */
export function statementRoutes({
  batches,
  siteIds,
  currency,
}: Pick<SettlementSource, "batches" | "siteIds" | "currency">): RoutePlugin {
  return async (app) => {
    app.withTypeProvider<TypeBoxTypeProvider>().get(
      "/v1/settlement/statements/:siteId",
      {
        schema: {
          ...{ tags: ["settlement"], summary: "A site's month, each line with its batch and proof" },
          params: Type.Object({ siteId: Type.String({ pattern: "^[a-z0-9-]{1,64}$" }) }),
          querystring: Type.Object({
            month: Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$", description: "In UTC, e.g. 2026-06" }),
            format: Type.Enum([...STATEMENT_FORMATS], { default: "json" }),
          }),
        },
      },
      async (request, reply) => {
        const { month, format } = request.query;
        const files = await filesOf(batches(), month);
        const { siteId } = request.params;
        const statement = monthStatement(files, siteId, month, currency());
        // A home that has left still has its months.
        if (statement.account === null && !siteIds().includes(siteId)) {
          reply.code(404);
          return { code: "SITE_UNKNOWN", message: `there is no site ${siteId}` };
        }
        return reply.type(STATEMENT_TYPES[format]).send(printStatement(statement, format));
      },
    );
  };
}

async function filesOf(batches: BatchStore, month: string): Promise<readonly BatchFile[]> {
  const { fromMs, toMs } = monthBounds(month);
  const files: BatchFile[] = [];
  for (let from = 1; ; from += PAGE) {
    const records = await batches.list(from, PAGE);
    for (const record of records) {
      const file = fileOf(record);
      const { startMs } = file.archive.interval;
      if (startMs >= toMs) return files;
      if (startMs >= fromMs) files.push(file);
    }
    if (records.length < PAGE) return files;
  }
}
