import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { bulkType } from "./bulk-order.ts";
import { ORDER_TYPE } from "./order-id.ts";
import { CANCEL_REJECTION_CODES, REJECTION_CODES } from "./rejection.ts";
import { CANCEL_TYPES, REPLACEMENT_TYPE, TIMED_TYPE } from "./signed-digest.ts";
import { CHAINLESS_DOMAIN_TYPE, DOMAIN_TYPE } from "./typed-data.ts";

it("documents every rejection code, in the order of the checks, and the signed types", async () => {
  const page = await readFile(new URL("../../docs/rejections.md", import.meta.url), "utf8");
  expect([...page.matchAll(/^\| `([a-z-]+)` +\|/gm)].map((row) => row[1])).toEqual([
    ...REJECTION_CODES,
    ...CANCEL_REJECTION_CODES,
  ]);
  const types = [
    DOMAIN_TYPE,
    CHAINLESS_DOMAIN_TYPE,
    ORDER_TYPE,
    REPLACEMENT_TYPE,
    TIMED_TYPE,
    bulkType(2),
    ...Object.values(CANCEL_TYPES),
  ];
  for (const type of types) expect(page).toContain(type === ORDER_TYPE ? type : type.replace(ORDER_TYPE, ""));
});
