import { type Hex, seededRandom } from "@commonwatt/vpp-core";
import { keccak } from "hash-wasm";
import { describe, expect, it } from "vitest";
import { keccak256, keccakBytes, keccakMany, keccakText, toHex, toHexes, writeHex } from "./keccak.ts";

const random = seededRandom("keccak");

function message(length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.integer(0, 255)));
}

async function known(bytes: Uint8Array): Promise<string> {
  return `0x${await keccak(bytes, 256)}`;
}

describe("Keccak-256", () => {
  it.each([
    // KeccakTools, ShortMsgKAT_256.txt: lengths of 0 and 8 bits; and the text that every implementation shows.
    ["", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"],
    ["cc", "0xeead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a"],
    ["616263", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"],
  ])("hashes 0x%s as it was published", (hex, hash) => {
    expect(keccak256(`0x${hex}`)).toBe(hash);
  });

  it("hashes a text in UTF-8", async () => {
    expect(keccakText("Straße")).toBe(await known(Buffer.from("Straße", "utf8")));
  });

  it("agrees with hash-wasm about messages of any length, longer than its memory too", async () => {
    for (let length = 0; length < 420; length++) {
      const bytes = message(length);
      expect(toHex(keccakBytes(bytes))).toBe(await known(bytes));
    }
    for (const length of [8_159, 8_160, 8_161, 16_320, 300_000]) {
      const bytes = message(length);
      expect(toHex(keccakBytes(bytes))).toBe(await known(bytes));
    }
  });

  it("hashes many messages as it hashes each, once or twice", () => {
    for (const length of [1, 8, 65, 136, 137, 608]) {
      for (const count of [0, 1, 2, 3, 513]) {
        const messages = Array.from({ length: count }, () => message(length));
        const write = (buffer: Buffer, at: number, index: number) => buffer.set(messages[index] ?? [], at);
        const hashes = messages.map(keccakBytes);
        expect(toHexes(keccakMany(count, length, write))).toEqual(hashes.map(toHex));
        const again = hashes.map((hash) => toHex(keccakBytes(hash)));
        expect(toHexes(keccakMany(count, length, write, { twice: true }))).toEqual(again);
      }
    }
  });

  it("finds memory zero where nobody wrote", () => {
    const first = Uint8Array.of(7);
    keccakMany(3, 200, (buffer, at) => buffer.fill(255, at, at + 200));
    const [hash] = toHexes(keccakMany(1, 200, (buffer, at) => buffer.set(first, at)));
    expect(hash).toBe(toHex(keccakBytes(Buffer.concat([first], 200))));
  });

  it("reads hex into its memory as anywhere else, and nothing that only looks like it", () => {
    const texts = Array.from({ length: 90 }, (_, length) => toHex(message(length)));
    const upper = texts.map((text): Hex => `0x${text.slice(2).toUpperCase()}`);
    const wrong = ["g", "G", "/", ":", "@", "`", " ", "\u0130", "é", "\u0000", "\ud800"].flatMap((letter) =>
      [2, 9, 41, 65].map(
        (at) => `0x${"ab".repeat(32)}`.slice(0, at) + letter + "ab".repeat(32).slice(at - 1),
      ),
    ) as Hex[];
    for (const text of [...texts, ...upper, ...wrong, "0x123" as const]) {
      let written: readonly [number, string] = [-1, ""];
      keccakMany(1, 256, (buffer, at) => {
        const count = writeHex(buffer, text, at);
        written = [count, buffer.toString("hex", at, at + count)];
      });
      const isHex = /^0x([0-9a-f]{2})*$/i.test(text);
      expect(written).toEqual(isHex ? [text.length / 2 - 1, text.slice(2).toLowerCase()] : [0, ""]);
    }
  });

  it("refuses messages that are too long to stand side by side", () => {
    expect(() => keccakMany(1, 1_000_000, () => {})).toThrow(RangeError);
  });
});
