import { type Timer, wallTimer } from "@commonwatt/vpp-core";
import type { PublicFeed } from "../venue/public-feed.ts";

/** What the stream needs of a WebSocket. */
export interface StreamSocket {
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(text: string, sent: () => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: "close" | "error" | "pong", listener: () => void): void;
}

/** How a stream behaves. */
export interface StreamLimits {
  /** Connections at the same time. */
  readonly streamsMax: number;
  /** Bytes that may wait for one client; more stay in the feed until it has read them. */
  readonly streamBufferMaxBytes: number;
  readonly heartbeatMs: number;
}

/** Close codes of the stream, each with its reason. */
const STREAM_CLOSE = {
  "slow-consumer": 4008,
  "streams-full": 4029,
} as const;

/** Where a client wants to go on. */
export interface StreamStart {
  readonly feed?: string | undefined;
  readonly from?: number | undefined;
}

const OPEN = 1;

/** Serves the feed of a market to any number of clients, each at its own pace and none with a queue of its own. */
export function marketStreams(limits: StreamLimits): {
  open(socket: StreamSocket, feed: PublicFeed, start: StreamStart): void;
} {
  let count = 0;
  return {
    open(socket, feed, start) {
      // A socket without a listener for errors would end the process with one; its close follows.
      socket.on("error", () => {});
      if (count >= limits.streamsMax) {
        socket.close(STREAM_CLOSE["streams-full"], "streams-full");
        return;
      }
      count += 1;
      const stop = serve(socket, feed, start, limits);
      socket.on("close", () => {
        count -= 1;
        stop();
      });
    },
  };
}

function serve(socket: StreamSocket, feed: PublicFeed, start: StreamStart, limits: StreamLimits): () => void {
  let next = begin(socket, feed, start);
  let isAlive = true;
  const pump = (): void => {
    while (next <= feed.sequence() && socket.bufferedAmount < limits.streamBufferMaxBytes) {
      if (socket.readyState !== OPEN) return;
      const text = feed.text(next);
      if (text === null) {
        // What it has not read is gone from the ring: it comes back with a snapshot.
        drop(socket);
        return;
      }
      next += 1;
      socket.send(text, pump);
    }
  };
  const beat = (): void => {
    if (!isAlive || next < feed.oldest()) {
      drop(socket);
      return;
    }
    isAlive = false;
    socket.ping();
    if (next > feed.sequence())
      socket.send(message({ type: "heartbeat", feed: feed.name, sequence: feed.sequence() }), pump);
    timer = wallTimer(limits.heartbeatMs, beat);
  };
  let timer: Timer = wallTimer(limits.heartbeatMs, beat);
  socket.on("pong", () => {
    isAlive = true;
  });
  const unsubscribe = feed.onEvents(pump);
  pump();
  return () => {
    unsubscribe();
    timer.cancel();
  };
}

/** Says where the stream begins; gives the number of the first event to send. */
function begin(socket: StreamSocket, feed: PublicFeed, { feed: name, from }: StreamStart): number {
  const reason = gapOf(feed, name, from);
  if (from !== undefined && reason === null) {
    socket.send(message({ type: "resumed", feed: feed.name, from }), ignore);
    return from;
  }
  if (reason !== null) socket.send(message({ type: "gap", feed: feed.name, reason }), ignore);
  socket.send(message(feed.snapshot()), ignore);
  return feed.sequence() + 1;
}

/** Why a client cannot go on where it was; `null` when it can, or does not want to. */
function gapOf(feed: PublicFeed, name: string | undefined, from: number | undefined): string | null {
  if (from === undefined) return null;
  if (name !== feed.name) return "other-feed";
  if (from < feed.oldest()) return "too-old";
  return from > feed.sequence() + 1 ? "ahead" : null;
}

/** Closes with a code; one that does not even read that is cut off. */
function drop(socket: StreamSocket): void {
  socket.close(STREAM_CLOSE["slow-consumer"], "slow-consumer");
  wallTimer(1_000, () => socket.terminate());
}

const message = (value: object): string => JSON.stringify(value);
const ignore = (): void => {};
