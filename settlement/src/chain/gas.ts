import type { Account } from "@commonwatt/vpp-core";
import { type JsonRpcProvider, parseEther, toQuantity } from "ethers";
import { chainError } from "./chain-error.ts";

const LOW_WEI = parseEther("1");
const FULL_WEI = parseEther("1000");

/** Whether an account has anything to pay gas from. @throws CommonwattError `CHAIN_UNREACHABLE`. */
export async function hasGas(rpc: JsonRpcProvider, account: Account): Promise<boolean> {
  const balance = await rpc.getBalance(account).catch((error: unknown) => {
    throw chainError(error, `reading what ${account} has for gas`);
  });
  return balance > 0n;
}

/** Fills up what accounts pay gas from, on an anvil; does nothing on any other chain. */
export async function fundGas(rpc: JsonRpcProvider, accounts: readonly Account[]): Promise<void> {
  try {
    const version = String(await rpc.send("web3_clientVersion", []));
    if (!version.startsWith("anvil")) return;
    for (const account of accounts) {
      if ((await rpc.getBalance(account)) >= LOW_WEI) continue;
      await rpc.send("anvil_setBalance", [account, toQuantity(FULL_WEI)]);
    }
  } catch (error) {
    throw chainError(error, "paying for gas");
  }
}
