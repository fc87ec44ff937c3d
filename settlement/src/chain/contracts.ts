import { type Account, CommonwattError, type Hex } from "@commonwatt/vpp-core";
import { type BlockTag, concat, Interface, type InterfaceAbi, type JsonRpcProvider } from "ethers";
import balanceJudge from "./artifacts/BalanceJudge.json" with { type: "json" };
import communityToken from "./artifacts/CommunityToken.json" with { type: "json" };
import energyEscrow from "./artifacts/EnergyEscrow.json" with { type: "json" };
import fillJudge from "./artifacts/FillJudge.json" with { type: "json" };
import headerJudge from "./artifacts/HeaderJudge.json" with { type: "json" };
import inclusionJudge from "./artifacts/InclusionJudge.json" with { type: "json" };
import orderJudge from "./artifacts/OrderJudge.json" with { type: "json" };
import positionJudge from "./artifacts/PositionJudge.json" with { type: "json" };
import priceJudge from "./artifacts/PriceJudge.json" with { type: "json" };
import readingJudge from "./artifacts/ReadingJudge.json" with { type: "json" };
import settlementCourt from "./artifacts/SettlementCourt.json" with { type: "json" };
import siteRegistry from "./artifacts/SiteRegistry.json" with { type: "json" };
import { chainError } from "./chain-error.ts";

/** A contract that is compiled with the project. */
export interface CompiledContract {
  readonly abi: Interface;
  readonly bytecode: string;
}

/** The escrow: `contracts/EnergyEscrow.sol`. */
export const ESCROW: CompiledContract = compiled(energyEscrow);
/** The court: `contracts/SettlementCourt.sol`. */
export const COURT: CompiledContract = compiled(settlementCourt);
/** The register of sites: `contracts/SiteRegistry.sol`. */
export const REGISTRY: CompiledContract = compiled(siteRegistry);
/** The development chain's token: `contracts/CommunityToken.sol`. */
export const TOKEN: CompiledContract = compiled(communityToken);

/** Who may have batches taken back, by the name of the contract, in the order in which they are deployed. */
export const JUDGES: Readonly<Record<string, CompiledContract>> = {
  BalanceJudge: compiled(balanceJudge),
  HeaderJudge: compiled(headerJudge),
  OrderJudge: compiled(orderJudge),
  FillJudge: compiled(fillJudge),
  PositionJudge: compiled(positionJudge),
  ReadingJudge: compiled(readingJudge),
  PriceJudge: compiled(priceJudge),
  InclusionJudge: compiled(inclusionJudge),
};

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

/** The contract's own error in a refusal, or `null` when it is none of its. */
export function revertIn(
  contract: CompiledContract,
  error: CommonwattError,
): { readonly name: string; readonly args: readonly unknown[] } | null {
  const { reason } = error.details;
  if (error.code !== "CHAIN_CALL_REVERTED" || typeof reason !== "string") return null;
  if (!reason.startsWith("0x")) return null;
  const parsed = contract.abi.parseError(reason);
  return parsed === null ? null : { name: parsed.name, args: [...parsed.args] };
}

/** Puts the name of the contract's own error into `details.reason`. */
export function namedRevert(contract: CompiledContract, error: CommonwattError): CommonwattError {
  const parsed = revertIn(contract, error);
  if (parsed === null) return error;
  const said = `${parsed.name}(${parsed.args.map(String).join(", ")})`;
  return new CommonwattError(error.code, error.message.replace(String(error.details["reason"]), said), {
    cause: error,
    details: { ...error.details, reason: parsed.name },
  });
}

/** A contract as the compiler gave it. */
export function compiled(artifact: { readonly abi: unknown; readonly bytecode: string }): CompiledContract {
  return { abi: new Interface(artifact.abi as InterfaceAbi), bytecode: artifact.bytecode };
}
