import { describe, expect, it } from "vitest";
import { remembered } from "./remembered.ts";

function counted() {
  const asked: string[] = [];
  const lengthOf = remembered((text: string) => {
    asked.push(text);
    return { length: text.length };
  });
  return { asked, lengthOf };
}

describe("a remembered function", () => {
  it("answers as the function does, and asks it once", () => {
    const { asked, lengthOf } = counted();
    expect(["a", "bb", "a", "", "bb", ""].map((text) => lengthOf(text).length)).toEqual([1, 2, 1, 0, 2, 0]);
    expect(asked).toEqual(["a", "bb", ""]);
  });

  it("keeps no more than so many answers, and is right about those it forgot", () => {
    const { asked, lengthOf } = counted();
    for (let number = 0; number < 65_537; number++) lengthOf(`${number}`);
    expect(lengthOf("12345")).toEqual({ length: 5 });
    expect(asked).toHaveLength(65_538);
  });
});
