import { CommonwattError, isCommonwattError } from "@commonwatt/vpp-core";
import { type CompiledContract, revertIn } from "../chain/contracts.ts";

type Said = readonly unknown[];

/** What a contract's refusals mean to whoever asked. */
const WORDS: Readonly<Record<string, (said: Said) => string>> = {
  CourtFrozen: () => "the court is frozen: nothing is committed any more, and everybody may leave",
  CourtNotSilent: ([until]) =>
    `the operator was not silent long enough: the court can be frozen from ${time(until)} on`,
  EscrowBalanceTooLow: ([balance, amount]) =>
    `${amount} is more than the balance of ${balance} smallest units`,
  EscrowEarlierBatchNotFinal: ([number]) =>
    `batch ${number} may still spend this money: it has to become final first (commonwatt escrow finalize)`,
  EscrowExpired: ([deadline]) => `the operator's agreement was good until ${time(deadline)}`,
  EscrowNoWithdrawal: ([account]) => `${account} has asked for no withdrawal`,
  EscrowNotAgreed: () => "the operator did not sign this, or it was used already",
  EscrowPartialWithdrawal: ([requested, available]) =>
    `${requested} were asked for and ${available} are there: only the account itself may take less`,
  EscrowUnauthorized: () => "only the operator may do this",
  EscrowUnknownAccount: ([account]) => `${account} never had a deposit here`,
  EscrowWithdrawalNotMature: ([maturesAt]) => `the withdrawal is due from ${time(maturesAt)} on`,
  EscrowWithdrawalPending: () => "a withdrawal is under way already: cancel it first, or let it be paid",
  RegistryCounterFell: ([, current]) => `the counter is ${current} already and can only rise`,
  RegistryExpired: ([deadline]) => `the signatures were good until ${time(deadline)}`,
  RegistryMalformed: () => "the owner is nobody, or the meter's key is none",
  RegistryMeterRevoked: () => "this meter is revoked for good",
  RegistryMeterTaken: () => "this meter speaks for another site",
  RegistryNotSignedByMeter: () => "the meter did not sign this record",
  RegistryNotSignedByOwner: () => "the site's owner, or who takes it over, did not sign this record",
  RegistryUnauthorized: () => "only the registrar may register a site, raise its limits or move it",
  RegistryWrongTime: ([since, earliest, latest]) =>
    `a change can count from ${time(earliest)} to ${time(latest)}, not from ${time(since)}`,
  VaultZeroAmount: () => "there is nothing to be paid",
};

/** A contract's refusal in words that a person reads, its own name in `details.reason`. Other errors stay as they are. */
export function inPlainWords(contract: CompiledContract, error: unknown): unknown {
  if (!isCommonwattError(error, "CHAIN_CALL_REVERTED")) return error;
  const said = revertIn(contract, error);
  const words = said === null ? undefined : WORDS[said.name];
  if (said === null || words === undefined) return error;
  return new CommonwattError("CHAIN_CALL_REVERTED", words(said.args), {
    cause: error,
    details: { ...error.details, reason: said.name },
  });
}

/** Seconds since the epoch as a time that people read. */
function time(seconds: unknown): string {
  const ms = 1_000 * Number(seconds);
  return Number.isSafeInteger(ms) && ms < 8.64e15 ? new Date(ms).toISOString() : "never";
}
