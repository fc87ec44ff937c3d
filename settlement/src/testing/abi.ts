import type { Hex } from "@commonwatt/vpp-core";
import { AbiCoder, solidityPacked } from "ethers";

/** Values as `abi.encode` lays them out, by another implementation than ours. */
export function abiWords(types: readonly string[], values: readonly unknown[]): Hex {
  return AbiCoder.defaultAbiCoder().encode(types, values) as Hex;
}

/** Values as `abi.encodePacked` lays them out, by another implementation than ours. */
export function abiPacked(types: readonly string[], values: readonly unknown[]): Hex {
  return solidityPacked(types, values) as Hex;
}
