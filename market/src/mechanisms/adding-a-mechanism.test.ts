import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { lawsFor } from "../../test/mechanism-laws.ts";
import type { mechanismOf } from "./mechanism-registry.ts";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const INDEX = "src/mechanisms/mechanism-registry.ts";

/** The code blocks of the page by what stands behind their language. */
async function blocksOfPage(): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(join(PACKAGE, "docs/adding-a-mechanism.md"), "utf8");
  const blocks = page.matchAll(/^```\w+ (\S[^\n]*)\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, where = "", text = ""]) => [where, text]));
}

/** A copy of the package with the mechanism of the page in it. */
async function follow(blocks: ReadonlyMap<string, string>, copy: string): Promise<void> {
  for (const folder of ["src", "test", "package.json"]) {
    await cp(join(PACKAGE, folder), join(copy, folder), { recursive: true });
  }
  await symlink(join(PACKAGE, "../node_modules"), join(copy, "node_modules"));
  const file = "src/mechanisms/posted-price.ts";
  await writeFile(join(copy, file), blocks.get(file) ?? "");
  const index = await readFile(join(copy, INDEX), "utf8");
  const indexed = index
    .replace(/^(?=import \{ randomBilateral)/m, blocks.get(`${INDEX} import`) ?? "")
    .replace(/^(?= {2}"random-bilateral":)/m, blocks.get(`${INDEX} list`) ?? "");
  await writeFile(join(copy, INDEX), indexed);
}

test("the page adds a mechanism as it says: one file, one line, and all laws run over it", {
  timeout: 120_000,
}, async () => {
  const blocks = await blocksOfPage();
  expect(new Set([...blocks.keys()].map((where) => where.split(" ")[0])).size).toBe(2);
  const copy = await mkdtemp(join(tmpdir(), "adding-a-mechanism-"));
  try {
    await follow(blocks, copy);
    const load = (path: string): Promise<unknown> =>
      import(/* @vite-ignore */ pathToFileURL(join(copy, path)).href);
    const registry = (await load(INDEX)) as { mechanismOf: typeof mechanismOf };
    const suite = (await load("test/mechanism-laws.ts")) as { lawsFor: typeof lawsFor };
    const mechanism = registry.mechanismOf({ name: "posted-price" });
    const laws = suite.lawsFor(mechanism);
    expect(laws.length).toBeGreaterThan(6);
    // As many books as it takes to see the laws run; FC_RUNS is for the mechanisms of the index.
    for (const law of laws) law.check(mechanism, 100);

    const boastful = { ...mechanism, promises: { ...mechanism.promises, efficient: true } };
    expect(() => {
      for (const law of suite.lawsFor(boastful)) law.check(boastful, 100);
    }).toThrowError("Counterexample");
  } finally {
    await rm(copy, { recursive: true });
  }
});
