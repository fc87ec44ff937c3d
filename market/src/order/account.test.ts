import { describe, expect, it } from "vitest";
import { accountWord, checksumAccount, isSameAccount } from "./account.ts";

/** The mixed-case examples of EIP-55. */
const EIP_55_EXAMPLES = [
  "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
  "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
  "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
] as const;

describe("account", () => {
  it.each(EIP_55_EXAMPLES)("writes %s with the capitals of EIP-55", (example) => {
    expect(checksumAccount(example.toLowerCase() as `0x${string}`)).toBe(example);
  });

  it("compares accounts without regard to capitals, and nothing else as equal", () => {
    const account = checksumAccount(EIP_55_EXAMPLES[0]);
    expect(isSameAccount(account.toLowerCase(), account)).toBe(true);
    expect(isSameAccount(EIP_55_EXAMPLES[1], account)).toBe(false);
    for (const wrong of [undefined, null, 7, {}, "", "0x", account.slice(0, -1), `${account}00`]) {
      expect(isSameAccount(wrong, account)).toBe(false);
    }
  });

  it("pads an account on the left to a word", () => {
    const word = accountWord(checksumAccount(`0x${"ab".repeat(20)}`));
    expect(word.length).toBe(32);
    expect([...word.subarray(0, 12)]).toEqual(new Array(12).fill(0));
    expect([...word.subarray(12)]).toEqual(new Array(20).fill(0xab));
  });
});
