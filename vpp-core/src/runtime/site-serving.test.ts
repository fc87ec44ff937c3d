import { expect, test } from "vitest";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import { siteId } from "../grid/site.ts";
import type { Logger } from "../ports/logger.ts";
import type { ServedSite, SiteServer } from "../ports/site-server.ts";
import { durationMs, epochMs } from "../time/clock.ts";
import { simulatedClock } from "../time/simulated-clock.ts";
import { siteIdentity, siteServing } from "./site-serving.ts";

const quiet = (): void => undefined;
const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };

/** Serves one site with servers that write down what happens to them. */
function bench(servers: (log: string[]) => readonly SiteServer[]) {
  const log: string[] = [];
  const clock = simulatedClock(epochMs(0));
  const site = siteIdentity("street", siteId("home-1")) as ServedSite;
  const serving = siteServing(
    servers(log),
    site,
    { clock, wallClock: clock, logger },
    {
      community: "street",
      directory: "",
      onServing: (home, server, address) => void log.push(`${home} ${server} up at ${address}`),
      onServerDown: (home, server, code, problem) => void log.push(`${home} ${server} ${code}: ${problem}`),
    },
  );
  return { log, clock, serving };
}

const server = (name: string, log: string[], fails: () => Error | null): SiteServer => ({
  name,
  async start({ identity }) {
    const error = fails();
    if (error !== null) throw error;
    return {
      address: `${name} of ${identity.serialNumber}`,
      stop: async () => void log.push(`${name} stopped`),
    };
  },
});

test("a server that cannot start is told once and tried again; the others run, and all are stopped", async () => {
  let isFree = false;
  const { log, clock, serving } = bench((own) => [
    server("taken", own, () => (isFree ? null : new CommonwattError("SITE_SERVER_PORT_IN_USE", "in use"))),
    server("fine", own, () => null),
  ]);
  await serving.start();
  expect(log).toEqual(["home-1 taken SITE_SERVER_PORT_IN_USE: in use", "home-1 fine up at fine of home-1"]);
  for (let passed = 0; passed < 10; passed++) await pass(clock);
  expect(log).toHaveLength(2);
  isFree = true;
  for (let passed = 0; passed < 70; passed++) await pass(clock);
  expect(log.at(-1)).toBe("home-1 taken up at taken of home-1");
  await serving.stop();
  expect(log.slice(3).sort()).toEqual(["fine stopped", "taken stopped"]);
});

test("a server that never starts keeps nobody from stopping", async () => {
  const { log, serving } = bench((own) => [server("broken", own, () => new Error("no"))]);
  await serving.start();
  expect(log).toEqual(["home-1 broken SITE_SERVER_FAILED: no"]);
  await serving.stop();
  expect(log).toHaveLength(1);
});

/** Lets a second pass, and what it sets off settle. */
async function pass(clock: ReturnType<typeof simulatedClock>): Promise<void> {
  clock.advanceTo(epochMs(clock.now() + durationMs(1_000)));
  await new Promise((resolve) => setImmediate(resolve));
}
