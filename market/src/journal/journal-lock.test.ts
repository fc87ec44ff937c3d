import { spawnSync } from "node:child_process";
import { appendFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { segmentName } from "./file-names.ts";
import { type OpenJournal, openJournal } from "./journal.ts";

const ABOUT = { content: "words", community: "c", rules: {} };
const reader = async () => ({ from: 1, start: () => () => {} });
const open = (folder: string): Promise<OpenJournal> => openJournal(folder, ABOUT, reader);

describe("the lock of a journal", () => {
  it("keeps out a second writer until the first has closed", async () => {
    const folder = await temporaryFolder();
    const first = await open(folder);
    const refused = { code: "JOURNAL_LOCKED", retryable: true, details: { processId: process.pid } };
    await expect(open(folder)).rejects.toMatchObject(refused);
    await first.journal.close();
    const second = await open(folder);
    await second.journal.close();
    expect(await readdir(folder)).toEqual([segmentName(1)]);
  });

  it("keeps out a writer in another process, and yields when that one was killed", async () => {
    const folder = await temporaryFolder();
    const script = `
      import { openJournal } from ${JSON.stringify(new URL("./journal.ts", import.meta.url).href)};
      try {
        const { journal } = await openJournal(process.argv[1], ${JSON.stringify(ABOUT)}, async () => ({ from: 1, start: () => () => {} }));
        journal.append(1, Buffer.from("mine"));
        await journal.durable();
        process.kill(process.pid, "SIGKILL");
      } catch (error) {
        process.stdout.write(error.code);
      }`;
    const run = (): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, ["--input-type=module", "-e", script, folder]);

    const { journal } = await open(folder);
    expect(String(run().stdout)).toBe("JOURNAL_LOCKED");
    await journal.close();

    expect(run().signal).toBe("SIGKILL");
    expect((await readdir(folder)).some((name) => name.startsWith("market.lock."))).toBe(true);
    const after = await open(folder);
    expect(after.lastSequence).toBe(1);
    await after.journal.close();
  });

  it.runIf(process.platform === "linux")("is not fooled by a process id that came round again", async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, "market.lock.old"),
      JSON.stringify({ processId: process.pid, startedAt: "boot-of-old/1" }),
    );
    const { journal } = await open(folder);
    await journal.close();
  });

  it.each(["", "not json", "null", '{"processId":"1"}', '{"processId":0}'])(
    "clears away a lock that says %j",
    async (text) => {
      const folder = await temporaryFolder();
      await appendFile(join(folder, "market.lock.old"), text);
      const { journal } = await open(folder);
      await journal.close();
      expect(await readdir(folder)).toEqual([segmentName(1)]);
    },
  );

  it("never lets two in when many find a stale lock at once, and opens to one afterwards", async () => {
    const folder = await temporaryFolder();
    for (let round = 0; round < 10; round++) {
      await writeFile(
        join(folder, "market.lock.old"),
        JSON.stringify({ processId: 2 ** 30, startedAt: null }),
      );
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => open(folder)));
      const opened = tries.filter((result) => result.status === "fulfilled");
      expect(opened.length).toBeLessThanOrEqual(1);
      for (const result of tries) {
        if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "JOURNAL_LOCKED" });
      }
      await opened[0]?.value.journal.close();
    }
    const { journal } = await open(folder);
    await journal.close();
    expect(await readdir(folder)).toEqual([segmentName(1)]);
  });
});
