import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { checkFixture, type ProfileDoors } from "../../test/check-fixture.ts";
import type { RegisterFixture } from "../../test/fixture-device.ts";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const CLI = join(PACKAGE, "../vpp-core/src/cli/commonwatt.ts");

/** The code blocks of the page by what stands behind their language. */
async function blocksOfPage(): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(join(PACKAGE, "docs/adding-a-device.md"), "utf8");
  const blocks = page.matchAll(/^```\w+ (\S[^\n]*)\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, where = "", text = ""]) => [where, text]));
}

test("the page adds a device as it says: three files, no code", { timeout: 120_000 }, async () => {
  const blocks = await blocksOfPage();
  const files = new Set([...blocks.keys()].map((where) => where.split(" ")[0]));
  expect(files.size).toBeLessThanOrEqual(4);
  const copy = await mkdtemp(join(tmpdir(), "adding-a-device-"));
  try {
    await cp(join(PACKAGE, "src"), join(copy, "src"), { recursive: true });
    await cp(join(PACKAGE, "package.json"), join(copy, "package.json"));
    await symlink(join(PACKAGE, "../node_modules"), join(copy, "node_modules"));
    await writeFile(join(copy, "src/profiles/acme-h5.ts"), blocks.get("src/profiles/acme-h5.ts") ?? "");
    const index = join(copy, "src/profiles/profiles.ts");
    const before = await readFile(index, "utf8");
    const after = before
      .replace(/^(?=import \{ carlo)/m, blocks.get("src/profiles/profiles.ts import") ?? "")
      .replace(/^(?= {2}genericSunSpec,)/m, blocks.get("src/profiles/profiles.ts list") ?? "");
    await writeFile(index, after);
    await expectChecked(join(copy, "src/profiles/acme-h5.ts"));
    const fixture = blocks.get("test/fixtures/acme-h5.registers.json") ?? "";
    const doors = await doorsOf(copy);
    expect(doors.profileByName("acme-h5")).toMatchObject({ vendor: "Acme" });
    await checkFixture(JSON.parse(fixture) as RegisterFixture, doors);
  } finally {
    await rm(copy, { recursive: true });
  }
});

/** As the page shows it: the command finds no fault, and names the line of one that is put in. */
async function expectChecked(file: string): Promise<void> {
  const page = await readFile(join(PACKAGE, "docs/adding-a-device.md"), "utf8");
  const [, ...words] =
    /^`npx (commonwatt devices check) \S+\/acme-h5\.ts`/m.exec(page)?.[1]?.split(" ") ?? [];
  const check = (name: string) =>
    spawnSync(process.execPath, [CLI, ...words, name], { cwd: join(PACKAGE, ".."), encoding: "utf8" });
  expect(check(file)).toMatchObject({ status: 0, stdout: expect.stringContaining("acme-h5") });
  const [, shown = ""] = /^device-adapters\/src\/profiles\/acme-h5\.ts(:\d+: .*)$/m.exec(page) ?? [];
  const faulty = file.replace("acme-h5", "acme-h5-faulty");
  const text = await readFile(file, "utf8");
  await writeFile(faulty, text.replace('add: ["gridPower"]', 'add: ["seconds"]'));
  expect(check(faulty)).toMatchObject({ status: 1, stdout: `${faulty}${shown}\n` });
}

async function doorsOf(copy: string): Promise<ProfileDoors> {
  const load = (path: string): Promise<Partial<ProfileDoors>> =>
    import(/* @vite-ignore */ pathToFileURL(join(copy, path)).href);
  const { profileByName } = await load("src/profiles/profiles.ts");
  const { modbusProfile } = await load("src/profile-device/profile-connector.ts");
  if (profileByName === undefined || modbusProfile === undefined) throw new Error("the copy has no doors");
  return { profileByName, modbusProfile };
}
