import type { Hex } from "@commonwatt/vpp-core";
import { concat, keccak256 as ethersKeccak256, id, toBeHex, zeroPadValue } from "ethers";

/** Keccak-256 of some bytes, as the EVM has it. */
export function keccak256(bytes: Hex): Hex {
  return ethersKeccak256(bytes) as Hex;
}

/** Keccak-256 of a text in UTF-8. */
export function keccakText(text: string): Hex {
  return id(text) as Hex;
}

/** Bytes in a row, without padding. */
export function concatBytes(...parts: readonly Hex[]): Hex {
  return concat(parts) as Hex;
}

/** An unsigned integer as big-endian bytes of a fixed length; throws a RangeError when it does not fit. */
export function uintBytes(value: bigint, lengthBytes: number): Hex {
  if (value < 0n || value >= 1n << BigInt(8 * lengthBytes)) {
    throw new RangeError(`${value} is no unsigned integer of ${lengthBytes} bytes`);
  }
  return toBeHex(value, lengthBytes) as Hex;
}

/** Fields of fixed length as `abi.encode` lays them out: one word of 32 bytes each. */
export function words(...fields: readonly (Hex | bigint | number)[]): Hex {
  return concatBytes(
    ...fields.map((field) =>
      typeof field === "string" ? (zeroPadValue(field, 32) as Hex) : uintBytes(BigInt(field), 32),
    ),
  );
}
