import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { checkFixture, type ProfileDoors } from "../../test/check-fixture.ts";
import type { RegisterFixture } from "../../test/fixture-device.ts";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));

/** The code blocks of the page by what stands behind their language. */
async function blocksOfPage(): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(join(PACKAGE, "docs/adding-a-device.md"), "utf8");
  const blocks = page.matchAll(/^```\w+ (\S[^\n]*)\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, where = "", text = ""]) => [where, text]));
}

test("the page adds a device as it says: three files, no code", { timeout: 30_000 }, async () => {
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
    const fixture = blocks.get("test/fixtures/acme-h5.registers.json") ?? "";
    const doors = await doorsOf(copy);
    expect(doors.profileByName("acme-h5")).toMatchObject({ vendor: "Acme" });
    await checkFixture(JSON.parse(fixture) as RegisterFixture, doors);
  } finally {
    await rm(copy, { recursive: true });
  }
});

async function doorsOf(copy: string): Promise<ProfileDoors> {
  const load = (path: string): Promise<Partial<ProfileDoors>> =>
    import(/* @vite-ignore */ pathToFileURL(join(copy, path)).href);
  const { profileByName } = await load("src/profiles/profiles.ts");
  const { modbusProfile } = await load("src/profile-device/profile-connector.ts");
  if (profileByName === undefined || modbusProfile === undefined) throw new Error("the copy has no doors");
  return { profileByName, modbusProfile };
}
