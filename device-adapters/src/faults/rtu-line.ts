import { createServer, type Socket } from "node:net";
import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";
import { rtuFrame, rtuRequests } from "../emulator/rtu-frame.ts";
import { answerRequest, listen, type RegisterBank } from "../modbus/modbus-server.ts";

const BUSY = 6;

interface Exchange {
  readonly socket: Socket;
  readonly request: Buffer;
  /** Performs the request and gives the right answer, without its CRC. */
  readonly answer: () => Buffer;
  readonly delayMs: number;
  readonly deafen: () => void;
}

/** What a line may do to one exchange. */
const SPOILERS: Readonly<Record<string, (exchange: Exchange) => void | Promise<void>>> = {
  reset: ({ socket }) => void socket.resetAndDestroy(),
  end: ({ socket, answer }) => void socket.end(answer().subarray(0, 3)),
  "half-open": ({ deafen }) => deafen(),
  // The request is performed; its answer gets lost.
  lost: ({ answer }) => void answer(),
  delay: async ({ socket, answer, delayMs }) => {
    const late = rtuFrame(answer());
    await sleep(systemClock, durationMs(delayMs));
    if (socket.writable) socket.write(late);
  },
  busy: ({ socket, request }) => {
    const reply = Buffer.from([request.readUInt8(0), request.readUInt8(1) | 0x80, BUSY]);
    socket.write(rtuFrame(reply));
  },
  truncated: ({ socket, answer }) => {
    const whole = rtuFrame(answer());
    socket.write(whole.subarray(0, Math.ceil(whole.length / 2)));
  },
  "wrong-crc": ({ socket, answer }) => {
    const frame = rtuFrame(answer());
    frame.writeUInt8(frame.readUInt8(frame.length - 1) ^ 0x55, frame.length - 1);
    socket.write(frame);
  },
  "wrong-unit": ({ socket, answer }) => {
    const body = answer();
    body.writeUInt8((body.readUInt8(0) + 1) & 0xff, 0);
    socket.write(rtuFrame(body));
  },
  "byte-by-byte": async ({ socket, answer }) => {
    for (const byte of rtuFrame(answer())) {
      if (!socket.writable) return;
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
};

/** A serial device server with units behind it, and a line that goes wrong when it is told to. */
export interface RtuLine {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves units by RTU frames over TCP; `choose` names the fault of the next exchange. As on any line, requests
 * are answered one after the other, those of a later connection too: one whose answer is late holds up all
 * behind it.
 */
export async function startRtuLine(
  units: ReadonlyMap<number, RegisterBank>,
  choose: () => { readonly name: string; readonly parameter: number } | null,
): Promise<RtuLine> {
  const sockets = new Set<Socket>();
  let turn: Promise<void> = Promise.resolve();
  const server = createServer({ noDelay: true }, (socket) => {
    let isDeaf = false;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const deafen = (): void => {
      isDeaf = true;
    };
    const serve = async (request: Buffer): Promise<void> => {
      if (isDeaf) return;
      const answer = (): Buffer => answerRequest(request, units);
      const fault = choose();
      if (fault === null) socket.write(rtuFrame(answer()));
      else await SPOILERS[fault.name]?.({ socket, request, answer, delayMs: fault.parameter, deafen });
    };
    const take = rtuRequests((request) => {
      turn = turn.then(() => serve(request));
    });
    socket.on("data", take);
  });
  const port = await listen(server, { host: "127.0.0.1", port: 0 });
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
