import { type Account, type BatchRecord, CommonwattError } from "@commonwatt/vpp-core";
import { ESCROW, readContract } from "./chain/contracts.ts";
import { DEV_CHAIN_ID } from "./chain/dev-chain.ts";
import { devChainUrl } from "./chain/dev-chain-lock.ts";
import { escrowReader } from "./chain/escrow-reader.ts";
import { headBlock } from "./chain/event-log.ts";
import { manifestPath, readManifest } from "./chain/manifest.ts";
import { readBlock } from "./chain/read-block.ts";
import { connectRpc } from "./chain/rpc.ts";
import { type BatchInspection, inspectOn } from "./inspect-batches.ts";

/** What the escrow itself says of one account, in nano. */
export interface EscrowAccount {
  readonly account: Account;
  /** Put in, less taken out. */
  readonly depositedNano: bigint;
  /** Of all batches that were recorded. */
  readonly creditNano: bigint;
  readonly debitNano: bigint;
  /** All of it together, cut to whole units of the token. */
  readonly balanceNano: bigint;
}

/** Looks into the escrow of a rail that runs on a development chain. */
export interface EscrowBooks {
  /** Nano money in one smallest unit of the token. */
  readonly nanoPerUnit: bigint;
  /** What these accounts have. */
  accounts(accounts: readonly Account[]): Promise<readonly EscrowAccount[]>;
  /**
   * The gas of everything that came into blocks since the books were opened. The node forgets old blocks, so a long
   * run asks now and then.
   * @throws CommonwattError `CHAIN_EVENTS_MISSING` when it has forgotten some.
   */
  gasUsed(): Promise<number>;
  /** Holds the batches that a rail has stored, from the first one on, against the chain, and recomputes each. */
  inspect(records: readonly BatchRecord[]): Promise<readonly BatchInspection[]>;
  close(): void;
}

/**
 * Opens the books of the rail that runs in a folder.
 * @throws CommonwattError `DEPLOYMENT_MISSING` when none runs there on a development chain.
 */
export async function openEscrowBooks(directory: string): Promise<EscrowBooks> {
  const [rpcUrl, deployment] = await Promise.all([
    devChainUrl(directory),
    readManifest(manifestPath(directory)),
  ]);
  if (rpcUrl === null || deployment === null) {
    throw new CommonwattError("DEPLOYMENT_MISSING", `no rail runs on a development chain in ${directory}`);
  }
  const rpc = connectRpc(rpcUrl, DEV_CHAIN_ID);
  const read = (name: string, args: readonly unknown[] = []): Promise<unknown> =>
    readContract(rpc, ESCROW, deployment.escrow, name, args);
  const nanoPerUnit = await escrowReader(rpc, deployment).nanoPerUnit();
  let counted = await headBlock(rpc);
  let gasUsed = 0;
  const gasOfBlock = async (block: number): Promise<number> => {
    const found = await readBlock(rpc, block);
    if (found !== null) return found.gasUsed;
    throw new CommonwattError("CHAIN_EVENTS_MISSING", `the node does not know block ${block} any more`);
  };
  return {
    nanoPerUnit,
    accounts: (accounts) =>
      Promise.all(
        accounts.map(async (account) => {
          const [known, balance] = await Promise.all([
            read("accountOf", [account]),
            read("balanceOf", [account]),
          ]);
          const { deposited, withdrawn, credit, debit } = known as Record<string, bigint>;
          return {
            account,
            depositedNano: ((deposited ?? 0n) - (withdrawn ?? 0n)) * nanoPerUnit,
            ...{ creditNano: credit ?? 0n, debitNano: debit ?? 0n },
            balanceNano: (balance as bigint) * nanoPerUnit,
          };
        }),
      ),
    async gasUsed() {
      const head = await headBlock(rpc);
      while (counted < head) {
        gasUsed += await gasOfBlock(counted + 1);
        counted += 1;
      }
      return gasUsed;
    },
    inspect: async (records) => (await inspectOn(rpc, deployment, records)).batches,
    close: () => rpc.destroy(),
  };
}
