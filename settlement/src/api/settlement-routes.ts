import { type BatchRecord, type Hex, isCommonwattError, type RoutePlugin } from "@commonwatt/vpp-core";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { archiveText, type BatchArchive, hashText } from "../batch/batch-archive.ts";
import { manifestToJson } from "../chain/manifest.ts";
import type { SettlementSource } from "./settlement-source.ts";
import { statementRoutes } from "./statement-routes.ts";

const Hash = Type.Union([Type.String({ pattern: "^0x[0-9a-f]{64}$" }), Type.Null()]);
const Amount = Type.String({ description: "In the token's smallest unit, as a decimal text" });

const Batch = Type.Object(
  {
    number: Type.Integer(),
    intervalIndex: Type.Integer(),
    status: Type.Enum(["stored", "committed", "final", "paid"]),
    headerHash: Type.String(),
    settledWh: Type.Integer({ description: "Energy that was both delivered and taken" }),
    tradeCount: Type.Integer(),
    commitHash: Hash,
    finalizeHash: Hash,
    payHash: Hash,
  },
  { description: "A settled interval on its way to the chain" },
);
const BatchWithHeader = Type.Intersect([Batch, Type.Object({ header: Type.Unknown() })]);
const Failure = Type.Object({ code: Type.String(), message: Type.String() });
const Audit = Type.Object({
  tokenBalance: Amount,
  owed: Amount,
  conserved: Type.Boolean({ description: "Whether the escrow holds exactly what it owes" }),
  batchesCommitted: Type.Integer(),
  batchesFinalized: Type.Integer(),
  contract: Type.String(),
  chainId: Type.Integer(),
});
const Page = Type.Object({
  from: Type.Integer({ minimum: 1, default: 1, description: "First batch number" }),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
});
const Numbered = Type.Object({ number: Type.Integer({ minimum: 1 }) });
const tags = ["settlement"];

/** The part of a reply that the helpers need, whatever its route's types are. */
interface StatusCode {
  code(status: 404 | 503): unknown;
}

/** Routes under `/v1/settlement/`: batches, their archives, and the escrow's audit. */
export function settlementRoutes(source: SettlementSource): RoutePlugin {
  return async (app) => {
    const routes = app.withTypeProvider<TypeBoxTypeProvider>();
    const unavailable = { 503: Failure };
    routes.get(
      "/v1/settlement/batches",
      {
        schema: {
          ...{ tags, summary: "Batches, oldest first", querystring: Page },
          response: { 200: Type.Object({ batches: Type.Array(Batch) }), ...unavailable },
        },
      },
      (request, reply) =>
        answering(reply, async () => {
          const { from, limit } = request.query;
          return { batches: (await source.batches().list(from, limit)).map(batchView) };
        }),
    );
    routes.get(
      "/v1/settlement/batches/:number",
      {
        schema: {
          ...{ tags, summary: "One batch with its header and its way to the chain", params: Numbered },
          response: { 200: BatchWithHeader, 404: Failure, ...unavailable },
        },
      },
      (request, reply) =>
        answering(reply, async () => {
          const record = await source.batches().byNumber(request.params.number);
          if (record === null) return unknownBatch(reply, request.params.number);
          return { ...batchView(record), header: record.header };
        }),
    );
    routes.get(
      "/v1/settlement/batches/:number/archive",
      {
        schema: {
          ...{ tags, summary: "Everything from which a batch can be recomputed", params: Numbered },
          response: { 200: Type.Unknown(), 404: Failure, ...unavailable },
        },
      },
      (request, reply) =>
        answering(reply, async () => {
          const record = await source.batches().byNumber(request.params.number);
          return record === null ? unknownBatch(reply, request.params.number) : record.archive;
        }),
    );
    await app.register(archiveRoutes(source));
    await app.register(chainRoutes(source));
    await app.register(statementRoutes(source));
  };
}

/** A year: what is found by its hash never changes. */
const FOR_GOOD = "public, max-age=31536000, immutable";

/** Archives by their hash, as the headers on the chain name them: whoever has one can check that it is the one. */
function archiveRoutes(source: SettlementSource): RoutePlugin {
  return async (app) => {
    const routes = app.withTypeProvider<TypeBoxTypeProvider>();
    routes.get(
      "/v1/settlement/archives/:hash",
      {
        schema: {
          ...{ tags, summary: "The archive with this hash, byte for byte: its SHA-256 is the hash" },
          params: Type.Object({ hash: Type.String({ pattern: "^0x[0-9a-f]{64}$" }) }),
          response: { 200: Type.Unknown(), 404: Failure, 503: Failure },
        },
      },
      async (request, reply) => {
        const hash = request.params.hash as Hex;
        const found = await answering(reply, async () => {
          const record = await source.batches().byArchive(hash);
          const text = record === null ? null : archiveText(record.archive as BatchArchive);
          // A header can name what there is not.
          return text !== null && hashText(text) === hash ? { text } : null;
        });
        if (found === null) {
          reply.code(404);
          return { code: "BATCH_UNKNOWN", message: `there is no archive ${hash}` };
        }
        if (!("text" in found)) return found;
        reply.header("etag", `"${hash}"`).header("cache-control", FOR_GOOD).type("application/json");
        // Fastify gives a text out as it is.
        return reply.serializer((body) => body as string).send(found.text);
      },
    );
  };
}

/** What the chain has: the manifest, and the escrow's audit. */
function chainRoutes(source: SettlementSource): RoutePlugin {
  return async (app) => {
    const routes = app.withTypeProvider<TypeBoxTypeProvider>();
    const unavailable = { 503: Failure };
    routes.get(
      "/v1/settlement/deployment",
      {
        schema: {
          ...{ tags, summary: "The manifest of the contracts: where they are and on which terms" },
          response: { 200: Type.Unknown(), ...unavailable },
        },
      },
      (_request, reply) => answering(reply, async () => manifestToJson(source.deployment())),
    );
    routes.get(
      "/v1/settlement/escrow",
      {
        schema: {
          ...{ tags, summary: "The escrow's books against its money, read from the chain now" },
          response: { 200: Audit, ...unavailable },
        },
      },
      (_request, reply) =>
        answering(reply, async () => {
          const { tokenBalance, owed, ...rest } = await source.audit();
          return { ...rest, tokenBalance: tokenBalance.toString(), owed: owed.toString() };
        }),
    );
  };
}

function batchView(record: BatchRecord): Static<typeof Batch> {
  const { number, intervalIndex, status, headerHash, settlement } = record;
  const { commitHash, finalizeHash, payHash } = record;
  const { settledWh, trades } = settlement;
  return {
    ...{ number, intervalIndex, status, headerHash, settledWh, tradeCount: trades.length },
    ...{ commitHash, finalizeHash, payHash },
  };
}

function unknownBatch(reply: StatusCode, number: number): Static<typeof Failure> {
  reply.code(404);
  return { code: "BATCH_UNKNOWN", message: `there is no batch ${number}` };
}

/** A chain that is away, or a rail that does not run yet, is the service's state and no fault of the caller. */
async function answering<Answer>(
  reply: StatusCode,
  work: () => Promise<Answer>,
): Promise<Answer | Static<typeof Failure>> {
  try {
    return await work();
  } catch (error) {
    if (!isCommonwattError(error) || !error.retryable) throw error;
    reply.code(503);
    return { code: error.code, message: error.message };
  }
}
