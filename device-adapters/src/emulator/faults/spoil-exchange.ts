import type { Socket } from "node:net";
import { durationMs, systemClock } from "@commonwatt/vpp-core";
import type { Fault, WireFaultName } from "./fault.ts";

/** Transaction id, protocol id, length. */
const HEADER_LENGTH = 6;
const BUSY = 6;

/** One request on the wire, and the way to its answer. */
export interface Exchange {
  readonly socket: Socket;
  readonly request: Buffer;
  /** Performs the request and gives the right frame. */
  readonly answer: () => Buffer;
  /** Makes a connection deaf for good. */
  readonly deafen: (socket: Socket) => void;
}

/** Answers one request as a fault would have it. */
export function spoilExchange({ name, parameter }: Fault<WireFaultName>, exchange: Exchange): void {
  SPOILERS[name](exchange, parameter);
}

type Spoiler = (exchange: Exchange, parameter: number) => void;

const answerRightly: Spoiler = ({ socket, answer }) => void socket.write(answer());

const SPOILERS: Readonly<Record<WireFaultName, Spoiler>> = {
  reset: ({ socket }) => void socket.resetAndDestroy(),
  end: ({ socket, answer }) => void socket.end(answer().subarray(0, HEADER_LENGTH + 3)),
  "half-open": ({ socket, deafen }) => deafen(socket),
  // The request is performed; its answer gets lost.
  lost: ({ answer }) => void answer(),
  delay: ({ socket, answer }, delayMs) => {
    const late = answer();
    systemClock.after(durationMs(delayMs), () => void (socket.writable && socket.write(late)));
  },
  busy: ({ socket, request }) => {
    const reply = Buffer.from(request.subarray(0, HEADER_LENGTH + 3));
    reply.writeUInt16BE(3, 4);
    reply.writeUInt8(reply.readUInt8(HEADER_LENGTH + 1) | 0x80, HEADER_LENGTH + 1);
    reply.writeUInt8(BUSY, HEADER_LENGTH + 2);
    socket.write(reply);
  },
  truncated: ({ socket, answer }) => {
    const whole = answer();
    socket.write(whole.subarray(0, Math.ceil(whole.length / 2)));
  },
  "wrong-transaction": ({ socket, answer }) => {
    const frame = answer();
    frame.writeUInt16BE((frame.readUInt16BE(0) + 1) & 0xffff, 0);
    socket.write(frame);
  },
  "wrong-unit": ({ socket, answer }) => {
    const frame = answer();
    frame.writeUInt8((frame.readUInt8(HEADER_LENGTH) + 1) & 0xff, HEADER_LENGTH);
    socket.write(frame);
  },
  // An answer that nobody waits for any more, and the right one, in one piece.
  coalesced: ({ socket, answer }) => {
    const frame = answer();
    const old = Buffer.from(frame);
    old.writeUInt16BE((old.readUInt16BE(0) + 0xffff) & 0xffff, 0);
    for (let at = HEADER_LENGTH + 3; at < old.length; at++) old.writeUInt8(0x11, at);
    socket.write(Buffer.concat([old, frame]));
  },
  "byte-by-byte": ({ socket, answer }) => void trickle(socket, answer()),
  "single-client": answerRightly,
  deaf: answerRightly,
};

async function trickle(socket: Socket, frame: Buffer): Promise<void> {
  for (const byte of frame) {
    if (!socket.writable) return;
    socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
