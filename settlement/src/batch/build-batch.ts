import {
  type DeliveryInterval,
  type Hex,
  type SignedMeterReading,
  type SiteId,
  siteId,
  type Tariff,
  type Trade,
  type TradeSettlement,
  wattHours,
} from "@commonwatt/vpp-core";
import { accountInterval, type IntervalAccounts } from "../accounting/account-interval.ts";
import type { MeteredEnergy } from "../accounting/site-statement.ts";
import { type MeteringFault, meterInterval, readingsBySite } from "../metering/meter-interval.ts";
import { balanceTree } from "./balance-tree.ts";
import { type AccountBalance, addToBalances, type Balances, NO_BALANCES } from "./balances.ts";
import {
  ARCHIVE_FORMAT,
  type ArchivedAccount,
  type ArchivedBalance,
  type ArchivedSettlement,
  type BatchArchive,
  type BatchFile,
  hashArchive,
} from "./batch-archive.ts";
import { communityHash, hashHeader, headerFromJson, headerToJson, ZERO_HASH } from "./batch-header.ts";
import { merkleRoot, readingLeaf, tradeLeaf } from "./merkle-root.ts";

/** One delivered interval and what is needed to make a batch of it. */
export interface BatchInput {
  readonly community: string;
  readonly interval: DeliveryInterval;
  readonly clearingPrice: number | null;
  readonly tariff: Tariff;
  /** Every account of the escrow in the order of its indices. */
  readonly accounts: readonly ArchivedAccount[];
  readonly trades: readonly Trade[];
  readonly readings: readonly SignedMeterReading[];
  /** One salt of 32 bytes for each account. */
  readonly salts: readonly Hex[];
}

/** A batch with what it says about trades and sites. */
export interface BuiltBatch {
  readonly file: BatchFile;
  readonly headerHash: Hex;
  readonly accounts: IntervalAccounts;
  /** Sites whose meter says nothing sound about the interval; they counted with zero. */
  readonly unmetered: readonly { readonly siteId: SiteId; readonly code: MeteringFault }[];
}

/** Accounts an interval on top of the batch before it. Pure: the same input makes the same bytes. */
export function buildBatch(previous: BatchFile | null, input: BatchInput): BuiltBatch {
  const { metered, unmetered } = meterSites(input);
  const { interval, trades, tariff } = input;
  const accounts = accountInterval({ interval, trades, metered, tariff });
  const balances = nextBalances(previous, input, accounts);
  const archive: BatchArchive = {
    format: ARCHIVE_FORMAT,
    community: input.community,
    number: (previous?.header.number ?? 0) + 1,
    previousHash: previous === null ? ZERO_HASH : hashHeader(headerFromJson(previous.header)),
    interval,
    clearingPrice: input.clearingPrice,
    tariff: { retailPrice: tariff.retailPrice, feedInPrice: tariff.feedInPrice },
    accounts: input.accounts,
    trades,
    readings: input.readings,
    settlements: accounts.trades.map(archivedSettlement),
    balances: balances.accounts.map(archivedBalance),
  };
  const header = {
    community: communityHash(input.community),
    number: archive.number,
    previousHash: archive.previousHash,
    intervalIndex: interval.index,
    tradesRoot: merkleRoot(accounts.trades.map(tradeLeaf)),
    readingsRoot: merkleRoot(input.readings.map(readingLeaf)),
    balancesRoot: balanceTree(balances.accounts).root.hash,
    accountCount: balances.accounts.length,
    creditTotal: balances.creditTotal,
    debitTotal: balances.debitTotal,
    feeTotal: balances.feeTotal,
    archiveHash: hashArchive(archive),
  };
  return {
    file: { header: headerToJson(header), archive },
    headerHash: hashHeader(header),
    accounts,
    unmetered,
  };
}

/** The balances that a batch left. */
export function balancesOf({ header, archive }: BatchFile): Balances {
  return {
    accounts: archive.balances.map((balance) => ({
      ...balance,
      credit: BigInt(balance.credit),
      debit: BigInt(balance.debit),
      creditNano: BigInt(balance.creditNano),
      debitNano: BigInt(balance.debitNano),
    })),
    creditTotal: BigInt(header.creditTotal),
    debitTotal: BigInt(header.debitTotal),
    feeTotal: BigInt(header.feeTotal),
  };
}

function meterSites(input: BatchInput): {
  metered: ReadonlyMap<SiteId, MeteredEnergy>;
  unmetered: BuiltBatch["unmetered"];
} {
  const readings = readingsBySite(input.readings);
  const metered = new Map<SiteId, MeteredEnergy>();
  const unmetered: { siteId: SiteId; code: MeteringFault }[] = [];
  for (const account of input.accounts) {
    if (account.siteId === null || account.meterKey === null) continue;
    const site = siteId(account.siteId);
    const said = meterInterval(input.interval, account.meterKey, readings.get(site) ?? []);
    if (said.status === "metered") {
      metered.set(site, { importWh: said.importWh, exportWh: said.exportWh });
    } else {
      metered.set(site, { importWh: wattHours(0), exportWh: wattHours(0) });
      unmetered.push({ siteId: site, code: said.code });
    }
  }
  return { metered, unmetered };
}

function nextBalances(previous: BatchFile | null, input: BatchInput, accounts: IntervalAccounts): Balances {
  const statements = new Map<string, IntervalAccounts["statements"][number]>(
    accounts.statements.map((statement) => [statement.siteId, statement]),
  );
  const changes = input.accounts.map(({ account, siteId: site }, index) => {
    const statement = site === null ? undefined : statements.get(site);
    return {
      index,
      account,
      salt: input.salts[index] ?? ZERO_HASH,
      creditNano: statement?.creditNano ?? 0n,
      debitNano: statement?.debitNano ?? 0n,
    };
  });
  return addToBalances(previous === null ? NO_BALANCES : balancesOf(previous), changes);
}

function archivedSettlement(settlement: TradeSettlement): ArchivedSettlement {
  return {
    tradeId: settlement.trade.id,
    settledWh: settlement.settledWh,
    paidNano: settlement.paidNano.toString(),
    sellerMakeWholeNano: settlement.sellerMakeWholeNano.toString(),
    buyerMakeWholeNano: settlement.buyerMakeWholeNano.toString(),
  };
}

function archivedBalance(balance: AccountBalance): ArchivedBalance {
  return {
    index: balance.index,
    account: balance.account,
    credit: balance.credit.toString(),
    debit: balance.debit.toString(),
    creditNano: balance.creditNano.toString(),
    debitNano: balance.debitNano.toString(),
    salt: balance.salt,
  };
}
