import { createServer, type Socket } from "node:net";
import { type RtuRequest, rtuRequests } from "./rtu-frames.ts";

/** A serial device server that does to each request what its script says. */
export interface RtuPeer {
  readonly port: number;
  readonly requests: RtuRequest[];
  readonly connections: () => number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1: RTU frames with their CRC, without the header of Modbus TCP. */
export async function rtuPeer(script: (request: RtuRequest, line: Socket) => void): Promise<RtuPeer> {
  const sockets = new Set<Socket>();
  const requests: RtuRequest[] = [];
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    const take = rtuRequests((request) => {
      requests.push(request);
      script(request, socket);
    });
    socket.on("data", take);
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
