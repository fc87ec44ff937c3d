import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CommonwattError, messageOf } from "@commonwatt/vpp-core";
import { ACCOUNT_OPENED } from "../chain/escrow-accounts.ts";
import {
  type EventLog,
  type EventRecord,
  headBlock,
  readEvents,
  type TopicFilter,
} from "../chain/event-log.ts";
import type { Deployment } from "../chain/manifest.ts";
import { readBlock } from "../chain/read-block.ts";
import type { JsonRpcProvider } from "../chain/rpc.ts";

/** After so many blocks without an event the place is noted again, so that a restart does not read them anew. */
const NOTE_EVERY_BLOCKS = 1_000;

/** Up to where events were read: all up to `block`, whose hash was `hash` then. */
interface Place {
  readonly block: number;
  readonly hash: string;
}

/** What a line of the file says. Events count once a place follows them. */
type Line = { readonly event: EventRecord } | { readonly place: Place } | { readonly deployment: string };

/**
 * All events of a court and its register, and the accounts of its escrow, each read from the node once and kept in a file: a watcher that is started
 * again goes on where it was. When the block up to which was read is not the chain's any more (a reorganisation, a
 * chain begun anew), everything is read again.
 * @throws CommonwattError `WATCH_COPY_FAILED` when the file can't be written.
 */
export function keptEvents(rpc: JsonRpcProvider, deployment: Deployment, file: string): EventLog {
  const addresses = [deployment.court, deployment.registry];
  let known: EventRecord[] = [];
  let place: Place | null = null;
  let noted = 0;
  let opened = false;
  let reading: Promise<void> | null = null;
  const identity = [deployment.chainId, deployment.court, deployment.escrow, deployment.block].join(":");
  const startAnew = async (): Promise<void> => {
    [known, place, noted] = [[], null, 0];
    await write(file, [{ deployment: identity }], "w");
  };
  const read = async (): Promise<void> => {
    if (!opened) {
      const kept = await keptIn(file, identity);
      if (kept === null) await startAnew();
      else [known, place, noted] = [[...kept.events], kept.place, kept.place?.block ?? 0];
      opened = true;
    }
    if (place !== null && (await readBlock(rpc, place.block))?.hash !== place.hash) await startAnew();
    const head = await headBlock(rpc);
    const from = place === null ? deployment.block : place.block + 1;
    if (head < from) return;
    const block = await readBlock(rpc, head);
    if (block === null) return;
    const accounts = await readEvents(rpc, [deployment.escrow], ACCOUNT_OPENED, from, head);
    const fresh = [...(await readEvents(rpc, addresses, [], from, head)), ...accounts].map(recordOf);
    const next = { block: head, hash: block.hash };
    if (fresh.length > 0 || head - noted >= NOTE_EVERY_BLOCKS) {
      await write(file, [...fresh.map((event) => ({ event })), { place: next }], "a");
      noted = head;
    }
    known.push(...fresh);
    place = next;
  };
  return {
    async events(address, topics, fromBlock) {
      reading ??= read().finally(() => {
        reading = null;
      });
      await reading;
      return known.filter(
        (event) =>
          event.blockNumber >= fromBlock &&
          event.address.toLowerCase() === address.toLowerCase() &&
          isWanted(event, topics),
      );
    },
  };
}

function isWanted({ topics }: EventRecord, wanted: TopicFilter): boolean {
  return wanted.every((want, at) => {
    const topic = topics[at];
    if (want === null) return true;
    return topic !== undefined && (typeof want === "string" ? want === topic : want.includes(topic));
  });
}

function recordOf({ address, topics, data, blockNumber, transactionHash, index }: EventRecord): EventRecord {
  return { address, topics, data, blockNumber, transactionHash, index };
}

/** What a file holds of this deployment up to its last place; `null` when it is another's, broken, or not there. */
async function keptIn(
  file: string,
  identity: string,
): Promise<{ readonly events: readonly EventRecord[]; readonly place: Place | null } | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  const events: EventRecord[] = [];
  let [place, complete]: [Place | null, number] = [null, 0];
  let isOurs = false;
  for (const row of text.split("\n").slice(0, -1)) {
    const line = parsed(row);
    if (line === null) return null;
    if ("deployment" in line) isOurs = line.deployment === identity;
    else if ("event" in line) events.push(line.event);
    else [place, complete] = [line.place, events.length];
  }
  // A file that ends in the middle of a line, or with events and no place, was being written when its writer died.
  const isWhole = text.endsWith("\n") && complete === events.length;
  return isOurs && isWhole ? { events, place } : null;
}

function parsed(row: string): Line | null {
  try {
    return JSON.parse(row) as Line;
  } catch {
    return null;
  }
}

async function write(file: string, lines: readonly Line[], how: "a" | "w"): Promise<void> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  try {
    await mkdir(dirname(file), { recursive: true });
    if (how === "a") await appendFile(file, text);
    else await writeFile(file, text);
  } catch (cause) {
    throw new CommonwattError("WATCH_COPY_FAILED", `${file} can't be written: ${messageOf(cause)}`, {
      cause,
    });
  }
}
