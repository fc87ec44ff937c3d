import { type BatchRecord, CommonwattError } from "@commonwatt/vpp-core";
import type { FinalReader } from "../chain/final-reader.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { fileOf } from "./stored-batch.ts";

/** What was found to stay, by the reader that found it: it is not looked for again. */
const found = new WeakMap<FinalReader, { accounts: number; readonly sites: Set<string> }>();

/**
 * Makes sure that a reorganisation of the chain cannot take away what a batch stands on: its accounts in their
 * order, and its sites in the register. Without them an honest batch could be proved wrong.
 * @throws CommonwattError `ESCROW_NOT_FINAL`, retryable, while it still can; `ESCROW_ACCOUNT_MISSING` or
 * `ESCROW_SITE_MISSING` when it did.
 */
export async function requireFinal(
  { escrow, registry, final, patience }: EscrowLink,
  record: BatchRecord,
): Promise<void> {
  if (final.isImmediate) return;
  const known = found.get(final) ?? { accounts: 0, sites: new Set() };
  found.set(final, known);
  const { accounts } = fileOf(record).archive;
  for (const [index, { account }] of accounts.entries()) {
    if (index < known.accounts) continue;
    if (!(await patience.until(() => final.isAt(account, index)))) {
      if (await patience.until(() => escrow.isAt(account, index))) {
        throw notFinal(`account ${index} of the escrow, ${account},`);
      }
      throw new CommonwattError(
        "ESCROW_ACCOUNT_MISSING",
        `${account} is not account ${index} of the escrow any more`,
      );
    }
    known.accounts = index + 1;
  }
  for (const { siteId } of accounts) {
    if (siteId === null || known.sites.has(siteId)) continue;
    if (!(await patience.until(() => final.isRegistered(siteId)))) {
      if ((await patience.until(() => registry.versionCount(siteId))) > 0) {
        throw notFinal(`the registration of ${siteId}`);
      }
      throw new CommonwattError("ESCROW_SITE_MISSING", `${siteId} is not in the register any more`);
    }
    known.sites.add(siteId);
  }
}

/** Something that a batch needs and that the chain may still undo. */
export function notFinal(what: string): CommonwattError {
  const message = `${what} is not final yet: the chain could still undo it`;
  return new CommonwattError("ESCROW_NOT_FINAL", message, { retryable: true });
}
