import { spawnSync } from "node:child_process";
import { appendFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { openJournal } from "./journal.ts";

const HEADER = { kind: "header" };

describe("the lock of a journal", () => {
  it("keeps out a second writer until the first has closed", async () => {
    const folder = await temporaryFolder();
    const first = await openJournal(folder, HEADER);
    const refused = { code: "JOURNAL_LOCKED", retryable: true, details: { processId: process.pid } };
    await expect(openJournal(folder, HEADER)).rejects.toMatchObject(refused);
    await first.journal.close();
    const second = await openJournal(folder, HEADER);
    await second.journal.close();
    expect(await readdir(folder)).toEqual(["market.journal"]);
  });

  it("keeps out a writer in another process, and yields when that one was killed", async () => {
    const folder = await temporaryFolder();
    const script = `
      import { openJournal } from ${JSON.stringify(new URL("./journal.ts", import.meta.url).href)};
      try {
        const { journal } = await openJournal(process.argv[1], {});
        journal.append({ kind: "mine" });
        await journal.synced();
        process.kill(process.pid, "SIGKILL");
      } catch (error) {
        process.stdout.write(error.code);
      }`;
    const run = (): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, ["--input-type=module", "-e", script, folder]);

    const { journal } = await openJournal(folder, HEADER);
    expect(String(run().stdout)).toBe("JOURNAL_LOCKED");
    await journal.close();

    expect(run().signal).toBe("SIGKILL");
    expect((await readdir(folder)).some((name) => name.startsWith("market.lock."))).toBe(true);
    const after = await openJournal(folder, HEADER);
    expect(after.records.at(-1)).toEqual({ kind: "mine", sequence: 1 });
    await after.journal.close();
  });

  it.runIf(process.platform === "linux")("is not fooled by a process id that came round again", async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, "market.lock.old"),
      JSON.stringify({ processId: process.pid, startedAt: "boot-of-old/1" }),
    );
    const { journal } = await openJournal(folder, HEADER);
    await journal.close();
  });

  it.each(["", "not json", "null", '{"processId":"1"}', '{"processId":0}'])(
    "clears away a lock that says %j",
    async (text) => {
      const folder = await temporaryFolder();
      await appendFile(join(folder, "market.lock.old"), text);
      const { journal } = await openJournal(folder, HEADER);
      await journal.close();
      expect(await readdir(folder)).toEqual(["market.journal"]);
    },
  );

  it("never lets two in when many find a stale lock at once, and opens to one afterwards", async () => {
    const folder = await temporaryFolder();
    for (let round = 0; round < 10; round++) {
      await writeFile(
        join(folder, "market.lock.old"),
        JSON.stringify({ processId: 2 ** 30, startedAt: null }),
      );
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => openJournal(folder, HEADER)));
      const opened = tries.filter((result) => result.status === "fulfilled");
      expect(opened.length).toBeLessThanOrEqual(1);
      for (const result of tries) {
        if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "JOURNAL_LOCKED" });
      }
      await opened[0]?.value.journal.close();
    }
    const { journal } = await openJournal(folder, HEADER);
    await journal.close();
    expect(await readdir(folder)).toEqual(["market.journal"]);
  });
});
