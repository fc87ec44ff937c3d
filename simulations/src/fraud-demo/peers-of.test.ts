import { once } from "node:events";
import { connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { peersOf } from "./peers-of.ts";

test.runIf(process.platform === "linux")(
  "lists whom a process talks to, and nobody for one that is gone",
  async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const client = connect(port, "127.0.0.1");
    await once(client, "connect");
    expect(await peersOf(process.pid)).toContain(port);
    client.destroy();
    server.close();
    expect(await peersOf(2 ** 22 + 1)).toEqual(new Set());
  },
);
