import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { DOMAIN_TYPE, ORDER_TYPE } from "./order-id.ts";
import { REJECTION_CODES } from "./rejection.ts";

it("documents every rejection code, in the order of the checks, and the signed types", async () => {
  const page = await readFile(new URL("../../docs/rejections.md", import.meta.url), "utf8");
  expect([...page.matchAll(/^\| `([a-z-]+)` +\|/gm)].map((row) => row[1])).toEqual([...REJECTION_CODES]);
  expect(page).toContain(ORDER_TYPE);
  expect(page).toContain(DOMAIN_TYPE);
});
