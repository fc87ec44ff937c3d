import { join } from "node:path";
import {
  type BatchRecord,
  type BatchStore,
  CommonwattError,
  durationMs,
  type OutboxStore,
  type RailContext,
  type SettlementRail,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import type { BatchFile } from "../batch/batch-archive.ts";
import { hashHeader, headerFromJson } from "../batch/batch-header.ts";
import { commitData } from "../chain/court-calls.ts";
import { courtReader } from "../chain/court-reader.ts";
import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { devChainUrl } from "../chain/dev-chain-lock.ts";
import { signerFrom } from "../chain/key-source.ts";
import { manifestPath, readManifest } from "../chain/manifest.ts";
import { patientOutbox } from "../chain/patient-outbox.ts";
import { connectRpc } from "../chain/rpc.ts";
import { escrow } from "../escrow-rail.ts";
import type { EscrowOptions } from "../rail/escrow-options.ts";
import { fileOf } from "../rail/stored-batch.ts";
import { type LieKind, tellLie } from "./lies.ts";

const POLL_MS = 50;

/** The lie that is to be told, and where it was. */
interface Cheat {
  readonly kind: LieKind;
  readonly from: number;
  told: number | null;
  archiveHash: string | null;
}

/**
 * For demonstrations: an operator that lies. The rail is the very one of {@link escrow}, on a development
 * chain of its own; what lies is the store beneath it, which swaps one honest batch (number `from`, or the
 * first after it that the lie can be about) for one with a lie in it before the rail signs and commits it.
 */
export function cheatingEscrow(kind: LieKind, from: number, options: EscrowOptions): SettlementRail {
  const rail = escrow(options);
  const cheat: Cheat = { kind, from, told: null, archiveHash: null };
  return {
    ...rail,
    async routes(app, given) {
      // A batch whose archive the operator keeps to itself.
      app.addHook("onRequest", async (request, reply) => {
        const isAsked = [`/batches/${cheat.told}/archive`, `/archives/${cheat.archiveHash}`].some((end) =>
          request.url.endsWith(end),
        );
        if (kind !== "withhold" || cheat.told === null || !isAsked) return;
        await reply.code(404).send({ code: "BATCH_UNKNOWN", message: "there is no such batch" });
      });
      await rail.routes(app, given);
    },
    start: (context) =>
      rail.start({
        ...context,
        batches: lyingBatches(context, cheat),
        outbox: silentOutbox(context.outbox, kind),
      }),
  };
}

function lyingBatches(context: RailContext, cheat: Cheat): BatchStore {
  const { batches } = context;
  return {
    ...batches,
    async insert(record) {
      const { number } = record;
      if (cheat.told !== null || number < cheat.from) return batches.insert(record);
      const previous = await batches.byNumber(number - 1);
      const lie = tellLie(cheat.kind, previous === null ? null : fileOf(previous), fileOf(record));
      if (lie === null) return batches.insert(record);
      cheat.told = number;
      cheat.archiveHash = lie.header.archiveHash;
      const told = recordOf(record, lie);
      // The operator's own client would see the overdraft and refuse; a liar commits it by hand.
      if (cheat.kind === "overdraft") await commitByHand(context, told);
      return batches.insert(told);
    },
  };
}

function recordOf(record: BatchRecord, { header, archive }: BatchFile): BatchRecord {
  return { ...record, header, archive, headerHash: hashHeader(headerFromJson(header)) };
}

/** An outbox of somebody who shows nothing of what was withheld. */
function silentOutbox(outbox: OutboxStore, kind: LieKind): OutboxStore {
  if (kind !== "withhold") return outbox;
  return {
    ...outbox,
    async put(entry) {
      if (entry.key.startsWith("show:"))
        throw new CommonwattError("DEMO_SILENT", "the operator shows nothing");
      await outbox.put(entry);
    },
  };
}

async function commitByHand(context: RailContext, record: BatchRecord): Promise<void> {
  const { directory, logger, outbox: store } = context;
  const deployment = await readManifest(manifestPath(directory));
  const url = await devChainUrl(directory);
  if (deployment === null || url === null)
    throw new CommonwattError("DEMO_NO_CHAIN", "there is no chain to lie to");
  const sender = await signerFrom({ file: join(directory, "operator.key") });
  const rpc = connectRpc(url, DEV_CHAIN_ID);
  const { signal } = new AbortController();
  const wallClock = systemClock;
  const court = courtReader(rpc, deployment);
  try {
    while ((await court.progress()).head < record.number - 1) await sleep(wallClock, durationMs(POLL_MS));
    const before = record.number === 1 ? null : await court.commitOf(record.number - 1, null);
    const header = headerFromJson(record.header as BatchFile["header"]);
    await patientOutbox({ rpc, store, wallClock, logger, signal, feeCapWei: null }).submit({
      ...{ key: `commit:${record.number}`, sender, to: deployment.court },
      data: commitData(header, before?.committedAt ?? 0),
      done: async () => (await court.progress()).head >= record.number,
    });
  } finally {
    rpc.destroy();
  }
}
