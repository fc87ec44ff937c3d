import { once } from "node:events";
import type { TradingVenue } from "@commonwatt/vpp-core";
import fastify, { type FastifyInstance } from "fastify";
import { Value } from "typebox/value";
import { onTestFinished } from "vitest";
import { INTERVAL, type SampleContext, sampleContext } from "../../test/sample-market.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { type DoubleAuctionOptions, doubleAuction } from "../double-auction.ts";
import { STREAM_SCHEMAS } from "./stream-schemas.ts";

/** A message of the stream, as JSON has it. */
export type StreamMessage = Readonly<Record<string, unknown>> & { readonly type: string };

/** A market that listens on a port of its own; {@link INTERVAL} is open. */
export interface ListeningMarket {
  readonly venue: TradingVenue;
  readonly context: SampleContext;
  readonly url: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
}

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: StreamMessage | null;
}

/** Starts a market and its API on a free port of this machine, until the test is over. */
export async function listeningMarket(options: DoubleAuctionOptions = {}): Promise<ListeningMarket> {
  const context = sampleContext(await temporaryFolder());
  const venue = doubleAuction(options);
  await venue.start(context);
  await venue.openInterval(INTERVAL);
  const app = fastify({ forceCloseConnections: true });
  const documented = documentedAnswers(app);
  await app.register(venue.routes);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    await app.close();
    await venue.stop();
  });
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${url}/v1/market/${path}`, init);
    const text = await response.text();
    const body = text === "" ? null : JSON.parse(text);
    documented.check(init.method ?? "GET", new URL(response.url).pathname, response.status, body?.code);
    return { status: response.status, headers: response.headers, body };
  };
  return {
    venue,
    context,
    url,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, body) =>
      ask(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
  };
}

/** A client of the stream that keeps the books as the page says. */
export interface StreamClient {
  readonly messages: StreamMessage[];
  /** Sequence of the last event seen. */
  sequence(): number;
  feed(): string;
  /** Books by interval index, then `side/price` to energy. */
  readonly books: Map<number, Map<string, number>>;
  /** Waits until the event with this sequence was seen. */
  until(sequence: number): Promise<void>;
  untilMessage(type: string): Promise<StreamMessage>;
  /** The close code. */
  closed(): Promise<number>;
  close(): Promise<void>;
}

/** Connects to the stream; with `before` it goes on where that client ended. */
export async function streamClient(
  url: string,
  before?: StreamClient,
  query?: string,
): Promise<StreamClient> {
  const resume = before === undefined ? "" : `?feed=${before.feed()}&from=${before.sequence() + 1}`;
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/market/stream${query ?? resume}`);
  const books = new Map([...(before?.books ?? [])].map(([index, book]) => [index, new Map(book)]));
  const messages: StreamMessage[] = [];
  let feed = before?.feed() ?? "";
  let last = before?.sequence() ?? 0;
  const waiting = new Set<() => void>();
  const closed = once(socket, "close").then(([event]) => (event as CloseEvent).code);
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as StreamMessage;
    messages.push(message);
    assertStreamMessage(message);
    if (message.type === "snapshot") {
      feed = String(message["feed"]);
      last = Number(message["sequence"]);
      takeSnapshot(books, message);
    } else if ("intervalIndex" in message) {
      if (message["sequence"] !== last + 1) throw new Error(`a gap after ${last}`);
      last += 1;
      takeEvent(books, message);
    }
    for (const check of waiting) check();
  });
  const wait = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const seen = (type: string): StreamMessage | undefined => messages.find((message) => message.type === type);
  return {
    messages,
    books,
    sequence: () => last,
    feed: () => feed,
    until: (sequence) => wait(() => last >= sequence),
    async untilMessage(type) {
      await wait(() => seen(type) !== undefined);
      return seen(type) as StreamMessage;
    },
    closed: () => closed,
    async close() {
      socket.close();
      await closed;
    },
  };
}

/** Throws when a message is not one that the document describes. */
function assertStreamMessage(message: StreamMessage): void {
  const schema = STREAM_SCHEMAS.find(
    (each) =>
      (each as { properties?: { type?: { const?: unknown } } }).properties?.type?.const === message.type,
  );
  if (schema === undefined || !Value.Check(schema, message))
    throw new Error(`not in the document: ${JSON.stringify(message)}`);
}

interface JsonLevel {
  readonly price: number;
  readonly energyWh: number;
}

function takeSnapshot(books: StreamClient["books"], message: StreamMessage): void {
  books.clear();
  for (const book of message["books"] as {
    intervalIndex: number;
    bids: JsonLevel[];
    offers: JsonLevel[];
  }[]) {
    const levels = (side: string, list: JsonLevel[]): [string, number][] =>
      list.map(({ price, energyWh }) => [`${side}/${price}`, energyWh]);
    books.set(book.intervalIndex, new Map([...levels("bid", book.bids), ...levels("offer", book.offers)]));
  }
}

function takeEvent(books: StreamClient["books"], event: StreamMessage): void {
  const index = Number(event["intervalIndex"]);
  if (event.type === "opened") books.set(index, new Map());
  if (event.type === "cleared") books.delete(index);
  if (event.type !== "level") return;
  const key = `${event["side"]}/${event["price"]}`;
  if (event["energyWh"] === 0) books.get(index)?.delete(key);
  else books.get(index)?.set(key, Number(event["energyWh"]));
}

/** What routes say that they may answer. */
interface DocumentedAnswers {
  /** Throws when an answer is not in the description of its route; those to wrong parameters are the API's own. */
  check(method: string, path: string, status: number, code: unknown): void;
}

function documentedAnswers(app: FastifyInstance): DocumentedAnswers {
  const routes: { readonly method: string; readonly pattern: RegExp; readonly codes: CodesByStatus }[] = [];
  app.addHook("onRoute", ({ method, url, schema }) => {
    const pattern = new RegExp(`^${url.replaceAll(/:[a-zA-Z]+/g, "[^/]+")}$`);
    routes.push({ method: String(method), pattern, codes: (schema?.response ?? {}) as CodesByStatus });
  });
  return {
    check(method, path, status, code) {
      if (status === 400) return;
      const route = routes.find((each) => each.method === method && each.pattern.test(path));
      const answer = route?.codes[status];
      if (answer === undefined)
        throw new Error(`${method} ${path} does not say that it may answer ${status}`);
      const codes = answer.properties?.code?.enum;
      if (code !== undefined && !codes?.includes(code))
        throw new Error(`${method} ${path} does not say that it may answer ${status} ${String(code)}`);
    },
  };
}

type CodesByStatus = Readonly<
  Record<number, { readonly properties?: { readonly code?: { readonly enum?: readonly unknown[] } } }>
>;
