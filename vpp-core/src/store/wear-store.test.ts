import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { deviceId } from "../der/device-identity.ts";
import { epochMs } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import type { EmbeddedPostgres } from "./embedded-postgres.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { keptLog, newDatabase, testFolder, testServers } from "./test-database.ts";

// A database starts and stops in this test, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const DAY_MS = 86_400_000;
const START_MS = 1_780_000_000_000;

describe.each(testServers)("the store on $name", ({ start }) => {
  test.skipIf(start === null)(
    "keeps claims of wearing writes over restarts, per device, for two days",
    async () => {
      const folder = testFolder();
      const server = await (start as () => Promise<EmbeddedPostgres>)();
      const { connectionString } = await newDatabase(server.connectionString);
      const { logger } = keptLog();
      const spoolDirectory = join(folder.path, "spool");
      const open = () =>
        openPostgresStore({ connectionString, logger, wallClock: systemClock, spoolDirectory });
      const battery = deviceId("home-1/battery");
      const claims = [
        { claimedAtMs: epochMs(START_MS), writes: 2 },
        { claimedAtMs: epochMs(START_MS + DAY_MS), writes: 1 },
        { claimedAtMs: epochMs(START_MS + 3 * DAY_MS + 1), writes: 4 },
      ] as const;
      const before = await open();
      await before.wear.claim(battery, claims[0]);
      await before.wear.claim(battery, claims[1]);
      await before.close();
      const { wear, close } = await open();
      expect(await wear.claimsSince(battery, epochMs(START_MS - 1))).toEqual(claims.slice(0, 2));
      expect(await wear.claimsSince(battery, claims[0].claimedAtMs)).toEqual([claims[1]]);
      expect(await wear.claimsSince(deviceId("home-2/battery"), epochMs(0))).toEqual([]);
      await wear.claim(battery, claims[2]);
      expect(await wear.claimsSince(battery, epochMs(0))).toEqual([claims[2]]);
      await close();
      await server.stop();
      folder.remove();
    },
  );
});
