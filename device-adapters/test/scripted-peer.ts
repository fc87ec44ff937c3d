import { createServer, type Socket } from "node:net";

/** A Modbus request as it came in: everything behind the length field stands in `pdu`. */
export interface PeerRequest {
  readonly transaction: number;
  readonly unit: number;
  readonly pdu: Buffer;
  /** The number of the connection it came on, from 1. */
  readonly connection: number;
}

/** Frames a reply. */
export function frame(transaction: number, unit: number, pdu: Buffer): Buffer {
  const header = Buffer.alloc(7);
  header.writeUInt16BE(transaction, 0);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(unit, 6);
  return Buffer.concat([header, pdu]);
}

/** The right reply to a read: registers that count up from their address. */
export function countingReply(request: PeerRequest): Buffer {
  const address = request.pdu.readUInt16BE(1);
  const count = request.pdu.readUInt16BE(3);
  const data = Buffer.alloc(2 * count);
  for (let index = 0; index < count; index++) data.writeUInt16BE((address + index) & 0xffff, 2 * index);
  return frame(request.transaction, request.unit, Buffer.concat([Buffer.from([3, 2 * count]), data]));
}

/** A TCP peer that does to each request what its script says. */
export interface ScriptedPeer {
  readonly port: number;
  readonly requests: PeerRequest[];
  readonly connections: () => number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a scripted peer on a free port of 127.0.0.1. */
export async function scriptedPeer(
  script: (request: PeerRequest, socket: Socket) => void,
): Promise<ScriptedPeer> {
  const sockets = new Set<Socket>();
  const requests: PeerRequest[] = [];
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 6 && received.length >= 6 + received.readUInt16BE(4)) {
        const end = 6 + received.readUInt16BE(4);
        const request = {
          transaction: received.readUInt16BE(0),
          unit: received.readUInt8(6),
          pdu: Buffer.from(received.subarray(7, end)),
          connection,
        };
        received = received.subarray(end);
        requests.push(request);
        script(request, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    requests,
    connections: () => connections,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
