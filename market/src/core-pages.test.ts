import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../test/temporary-folder.ts";
import * as market from "./index.ts";

/** The pieces of code of a page of the docs. */
function codeOn(page: string): string[] {
  const text = readFileSync(join(import.meta.dirname, "../docs", page), "utf8");
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? "");
}

/** Runs code that has what the package exports, and answers what it calls `name`. */
async function run(code: string, name: string, given: object = {}): Promise<unknown> {
  const names = { ...market, ...given };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  return new AsyncFunction(...Object.keys(names), `${code}\nreturn ${name};`)(...Object.values(names));
}

it("the matching core is used as its page says", async () => {
  const [flat = "", named = ""] = codeOn("matching.md");
  const arena = (await run(flat, "arena")) as market.BookArena;
  expect([market.eventCount(arena), market.arenaHash(arena)]).toEqual([
    0,
    expect.stringMatching(/^[0-9a-f]{16}$/),
  ]);
  expect(await run(flat.replace(/takeEvents.*/, ""), "takeEvents(arena)")).toMatchObject([
    { kind: "rested", tick: 300, quantity: 1_500 },
    { kind: "ended", reason: "cancelled", quantity: 1_500 },
  ]);
  const books = (await run(named, "books")) as market.OrderBooks;
  expect(books.position("10:15", "house 7")).toMatchObject({ netWh: 400 });
  expect([books.depth("10:15", "bid"), books.depth("10:15", "offer")]).toEqual([[], []]);
});

it("durable books are used as their page says", async () => {
  const directory = await temporaryFolder();
  const [code = ""] = codeOn("journal.md");
  expect(await run(code, "slot", { directory })).toBeGreaterThan(0);
  expect(await market.replayBooks(directory)).toMatchObject({
    sequence: 3,
    about: { community: "sonnenweg" },
  });
});
