import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { keptLog } from "../store/test-database.ts";
import { type ApiServer, type ServerOptions, startApi } from "./server.ts";
import { startTestApi, type TestApi } from "./test-api.ts";

// A database starts here, on a machine that may be busy.
vi.setConfig({ hookTimeout: 60_000 });

/** The port that is tried when none is asked for. */
const USUAL_PORT = 8460;

let api: TestApi;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  api = await startTestApi();
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
afterAll(() => api.close());

function options(port: number | null): ServerOptions {
  const { logger } = keptLog();
  return { community: api.view, store: api.store, routes: [], logger, host: "127.0.0.1", port };
}

async function start(port: number | null): Promise<ApiServer> {
  const server = await startApi(options(port));
  open.push(server);
  return server;
}

/** Takes a port as another program would, unless another program has it already. */
function take(port: number): Promise<void> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve());
    server.listen(port, "127.0.0.1", () => {
      open.push({ close: () => new Promise((done) => server.close(done)) });
      resolve();
    });
  });
}

test("port 0 takes any free one, and tells which", async () => {
  const { url } = await start(0);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  const answer = await fetch(`${url}/health/live`);
  expect(await answer.json()).toEqual({ live: true });
});

test("a port that was asked for and is in use is named", async () => {
  const { url } = await start(0);
  const port = Number(new URL(url).port);
  await expect(startApi(options(port))).rejects.toMatchObject({
    code: "API_PORT_IN_USE",
    message: expect.stringContaining(`port ${port}`),
    details: { host: "127.0.0.1", port },
  });
});

test("an address that is not this machine's is a failure of its own", async () => {
  await expect(startApi({ ...options(0), host: "192.0.2.1" })).rejects.toMatchObject({
    code: "API_LISTEN_FAILED",
  });
});

test("without a wish, another port is taken when the usual one is in use", async () => {
  await take(USUAL_PORT);
  const { url } = await start(null);
  expect(new URL(url).port).not.toBe(String(USUAL_PORT));
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

test("after close nobody answers", async () => {
  const { url, close } = await startApi(options(0));
  await close();
  await expect(fetch(`${url}/health/live`)).rejects.toThrow();
});
