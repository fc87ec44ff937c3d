import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

/** A free TCP port on 127.0.0.1: the preferred one if nobody has it. */
export async function freePort(preferred: number | null): Promise<number> {
  const server = createServer();
  try {
    server.listen(preferred ?? 0, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    if (preferred === null) throw error;
    return await freePort(null);
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
