import {
  type Account,
  type BatchRecord,
  CommonwattError,
  type DeliveryInterval,
  type RailSite,
  type SiteId,
} from "@commonwatt/vpp-core";
import type { ArchivedAccount } from "../batch/batch-archive.ts";
import { meterPointOf } from "../chain/site-record.ts";
import type { EscrowLink } from "./escrow-link.ts";
import type { Register } from "./follow-register.ts";
import { fileOf } from "./stored-batch.ts";

/** The accounts of the escrow, and whose is which site. */
export interface SiteAccounts {
  /**
   * Every account in the order of its index, with the site of ours that it owns as an interval begins, its meter and
   * what its connection allows, all as the register says: that is what judges hold a batch against.
   * @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`, and `ESCROW_ACCOUNTS_DIFFER` as `siteAccounts` does.
   */
  at(interval: DeliveryInterval): Promise<readonly ArchivedAccount[]>;
}

/** What is needed to say whose is what. */
type AccountsContext = Pick<EscrowLink, "escrow" | "patience" | "sites" | "logger">;

/**
 * Reads the escrow's accounts.
 * @throws CommonwattError `ESCROW_ACCOUNTS_DIFFER` when the chain has them in another order than the
 * stored batches: the chain and the database then do not belong together.
 */
export async function siteAccounts(
  context: AccountsContext,
  register: Pick<Register, "siteAt" | "refresh">,
  last: BatchRecord | null,
): Promise<SiteAccounts> {
  const { escrow, patience } = context;
  const stored = last === null ? [] : fileOf(last).archive.accounts.map(({ account }) => account);
  let known = await patience.until(() => escrow.accounts(stored));
  requireSame(stored, known);
  return {
    async at({ startMs }) {
      await register.refresh();
      const owned = ownedSites(context, register, Math.floor(startMs / 1_000));
      // Who takes a site over may have come to the escrow since.
      if ([...owned.keys()].some((owner) => !known.includes(owner))) {
        const again = await escrow.accounts(known);
        requireSame(known, again);
        known = again;
      }
      return known.map((account) => owned.get(account) ?? strangerOf(account));
    },
  };
}

/**
 * The sites of ours that another account than ours owns as an interval begins.
 * @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`.
 */
export async function sitesHandedOver(
  { sites }: { readonly sites: readonly Pick<RailSite, "id" | "account">[] },
  register: Pick<Register, "siteAt" | "refresh">,
  { startMs }: DeliveryInterval,
): Promise<readonly SiteId[]> {
  await register.refresh();
  const seconds = Math.floor(startMs / 1_000);
  return sites.flatMap(({ id, account }) => {
    const version = register.siteAt(id, seconds);
    return version === null || version.owner === account ? [] : [id];
  });
}

/** The sites of ours by who owns them. */
function ownedSites(
  { sites, logger }: AccountsContext,
  register: Pick<Register, "siteAt">,
  seconds: number,
): ReadonlyMap<Account, ArchivedAccount> {
  const owned = new Map<Account, ArchivedAccount>();
  for (const { id: siteId, account } of sites) {
    const version = register.siteAt(siteId, seconds);
    if (version === null) continue;
    const { owner, importMaxW, exportMaxW } = version;
    if (owner !== account) {
      logger.warn({ siteId, account, owner }, "a site belongs to another account now: start it with its key");
    }
    if (owner !== account && owned.has(owner)) continue;
    owned.set(owner, {
      account: owner,
      siteId,
      meterKey: meterPointOf(version.meterKey),
      importMaxW,
      exportMaxW,
    });
  }
  return owned;
}

function strangerOf(account: Account): ArchivedAccount {
  return { account, siteId: null, meterKey: null, importMaxW: null, exportMaxW: null };
}

function requireSame(stored: readonly Account[], onChain: readonly Account[]): void {
  for (const [index, account] of stored.entries()) {
    if (onChain[index] === account) continue;
    throw new CommonwattError(
      "ESCROW_ACCOUNTS_DIFFER",
      `account ${index} is ${onChain[index] ?? "missing"} on the chain and ${account} in the database`,
      { details: { index, onChain: onChain[index] ?? null, stored: account } },
    );
  }
}
