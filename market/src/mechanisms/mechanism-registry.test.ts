import { describe, expect, it } from "vitest";
import { book, units } from "../../test/books.ts";
import { MECHANISMS, mechanismOf } from "./mechanism-registry.ts";
import { payAsBid } from "./pay-as-bid.ts";

describe("the registry", () => {
  it.each(Object.keys(MECHANISMS))("makes %s by its own name, with a source", (name) => {
    const mechanism = mechanismOf({ name });
    expect(mechanism.name).toBe(name);
    expect(mechanism.source).not.toBe("");
  });

  it("refuses what it cannot make", () => {
    expect(() => mechanismOf({ name: "toString" })).toThrowError("no mechanism is called toString");
    expect(() => mechanismOf({ name: "sbba", kPerMille: 1 })).toThrowError("sbba takes no k");
    expect(() => mechanismOf({ name: "pay-as-bid", kPerMille: 1001 })).toThrowError("k must be");
  });
});

describe("every mechanism", () => {
  it.each([
    ["an id twice", [...book(units(1), []), ...book(units(2), [])], "two orders have the id"],
    ["no energy", book([[0, 1]], []), "above zero"],
    ["a limit below zero", book([[1, -1]], []), "at least zero"],
    ["a trader on both sides", book([[1, 2, "home"]], [[1, 1, "home"]]), "both sides"],
  ])("refuses a book with %s", (_, orders, message) => {
    expect(() => payAsBid().clear(orders, { seed: "" })).toThrowError(message);
  });
});
