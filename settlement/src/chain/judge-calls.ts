import type { Account, Hex } from "@commonwatt/vpp-core";
import { AbiCoder } from "ethers";
import type { BatchHeader } from "../batch/batch-header.ts";
import type { Accusation } from "../proofs/accusation.ts";
import type { InboxOrder } from "../proofs/chain-facts.ts";
import { COURT, type CompiledContract, callData, JUDGES } from "./contracts.ts";
import { type CommittedBatch, committedArgument, headerArgument } from "./court-calls.ts";

/** The bytes that bring an accusation before its judge. */
export function accusationData(accusation: Accusation, court: Account, batch: CommittedBatch): Hex {
  const args = accusation.arguments(court, batch).map(argument);
  return callData(judgeOf(accusation), accusation.call, args);
}

function judgeOf({ judge }: Accusation): CompiledContract {
  const contract = judge === "SettlementCourt" ? COURT : JUDGES[judge];
  if (contract === undefined) throw new TypeError(`there is no ${judge}`);
  return contract;
}

/** A value as ethers encodes it: headers say with a number that nothing was cleared. */
export function argument(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("header" in value) return committedArgument(value as CommittedBatch);
  return "balancesRoot" in value ? headerArgument(value as BatchHeader) : value;
}

/** The bytes of an order as its account puts it into the inbox. */
export function encodeInboxOrder(order: InboxOrder): Hex {
  const { inputs } = JUDGES["InclusionJudge"]?.abi.getFunction("ignoredOrder") ?? { inputs: [] };
  const type = inputs.find(({ name }) => name === "order");
  if (type === undefined) throw new TypeError("the judge of inclusion takes an order");
  return AbiCoder.defaultAbiCoder().encode([type], [order]) as Hex;
}
