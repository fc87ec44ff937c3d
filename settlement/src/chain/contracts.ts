import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import { type BlockTag, concat, Interface, type InterfaceAbi, type JsonRpcProvider } from "ethers";
import communityToken from "./artifacts/CommunityToken.json" with { type: "json" };
import energyEscrow from "./artifacts/EnergyEscrow.json" with { type: "json" };
import { chainError } from "./chain-error.ts";
import type { ChainReceipt } from "./rpc.ts";

/** A contract that is compiled with the project. */
export interface CompiledContract {
  readonly abi: Interface;
  readonly bytecode: string;
}

/** The escrow: `contracts/EnergyEscrow.sol`. */
export const ESCROW: CompiledContract = compiled(energyEscrow);
/** The development chain's token: `contracts/CommunityToken.sol`. */
export const TOKEN: CompiledContract = compiled(communityToken);

/** The bytes that deploy a contract with constructor arguments. */
export function deploymentData(contract: CompiledContract, args: readonly unknown[]): Hex {
  return concat([contract.bytecode, contract.abi.encodeDeploy(args)]) as Hex;
}

/** The bytes that call a function. */
export function callData(contract: CompiledContract, name: string, args: readonly unknown[]): Hex {
  return contract.abi.encodeFunctionData(name, args) as Hex;
}

/**
 * Calls a view. The result is what ethers decodes: by position and by name.
 * @throws CommonwattError `CHAIN_UNREACHABLE` or `CHAIN_CALL_REVERTED`.
 */
export async function readContract(
  rpc: JsonRpcProvider,
  contract: CompiledContract,
  address: Account,
  name: string,
  args: readonly unknown[] = [],
  blockTag: BlockTag = "latest",
): Promise<unknown> {
  try {
    const data = callData(contract, name, args);
    const result = contract.abi.decodeFunctionResult(name, await rpc.call({ to: address, data, blockTag }));
    return result.length === 1 ? result[0] : result;
  } catch (error) {
    throw namedRevert(contract, chainError(error, `reading ${name}`));
  }
}

/** Puts the name of the contract's own error into `details.reason`. */
export function namedRevert(contract: CompiledContract, error: CommonwattError): CommonwattError {
  const { reason } = error.details;
  if (error.code !== "CHAIN_CALL_REVERTED" || typeof reason !== "string") return error;
  if (!reason.startsWith("0x")) return error;
  const parsed = contract.abi.parseError(reason);
  if (parsed === null) return error;
  const said = `${parsed.name}(${parsed.args.map(String).join(", ")})`;
  return new CommonwattError(error.code, error.message.replace(reason, said), {
    cause: error,
    details: { ...error.details, reason: parsed.name },
  });
}

function compiled(artifact: { readonly abi: unknown; readonly bytecode: string }): CompiledContract {
  return { abi: new Interface(artifact.abi as InterfaceAbi), bytecode: artifact.bytecode };
}

/** What a withdrawal paid, from its receipt; 0 when it paid nothing. */
export function withdrawnAmount(receipt: ChainReceipt): bigint {
  for (const { topics, data } of receipt.logs) {
    const event = ESCROW.abi.parseLog({ topics: [...topics], data });
    if (event?.name === "Withdrawn") return event.args["amount"] as bigint;
  }
  return 0n;
}
