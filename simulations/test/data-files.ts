import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** Writes files by their paths into a folder that is gone after the test. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "commonwatt-data-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return folder;
}

/**
 * Measured data that the project does not ship: below `COMMONWATT_TEST_DATA`, else below `../shared/data` beside
 * the project. Skip the tests on it, with `skip` as the reason, where it is not.
 */
export function measuredData(name: string): { readonly path: string; readonly skip: string | false } {
  const beside = fileURLToPath(new URL("../../../shared/data", import.meta.url));
  const path = join(process.env["COMMONWATT_TEST_DATA"] ?? beside, name);
  return {
    path,
    skip: existsSync(path) ? false : `there is no ${path}; COMMONWATT_TEST_DATA names another place`,
  };
}
