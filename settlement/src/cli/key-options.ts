import { checksumAccount } from "@commonwatt/market";
import { type Account, CommonwattError, type CommonwattPlugin } from "@commonwatt/vpp-core";
import type { KeySource } from "../chain/key-source.ts";

/** The command line, as a plugin is given it. */
export type Program = Parameters<CommonwattPlugin["commands"]>[0];

/** How a command is told where its key is. */
export interface KeyOptions {
  readonly keyEnv?: string;
  readonly keyFile?: string;
  readonly signer?: string;
  readonly account?: string;
}

/** Adds the options of {@link KeyOptions} to a command. */
export function withKeyOptions(command: Program): Program {
  return command
    .option("--key-env <name>", "environment variable that holds the private key")
    .option("--key-file <path>", "file that holds the private key; nobody else may read it")
    .option("--signer <url>", "program that signs by eth_signTransaction, with --account")
    .option("--account <address>", "account that --signer signs for");
}

/**
 * Where the key is, or `null` when nothing is said of one.
 * @throws CommonwattError `USAGE_KEY` when more than one place is named, or half of one.
 */
export function keySourceOf({ keyEnv, keyFile, signer, account }: KeyOptions): KeySource | null {
  const named = [keyEnv, keyFile, signer].filter((one) => one !== undefined).length;
  if (named > 1) throw usage("name one of --key-env, --key-file and --signer");
  if ((signer === undefined) !== (account === undefined)) throw usage("--signer goes with --account");
  if (keyEnv !== undefined) return { env: keyEnv };
  if (keyFile !== undefined) return { file: keyFile };
  if (signer === undefined || account === undefined) return null;
  const signerUrl = httpAddress("--signer", signer).href;
  return { signerUrl, account: addressOf("--account", account) };
}

/** An address from the command line. @throws CommonwattError `USAGE_ADDRESS`. */
export function addressOf(option: string, text: string): Account {
  if (/^0x[0-9a-f]{40}$/i.test(text)) return checksumAccount(text as Account);
  throw new CommonwattError("USAGE_ADDRESS", `${option} is no address: ${text}`);
}

/** An address of a program from the command line. @throws CommonwattError `USAGE_ADDRESS`. */
export function httpAddress(option: string, text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new CommonwattError("USAGE_ADDRESS", `${option} takes an http or https address`);
}

/** Addresses of nodes from the command line, separated by commas. @throws CommonwattError `USAGE_RPC`. */
export function rpcUrlsOf(text: string): readonly string[] {
  const urls = text.split(",").map((url) => url.trim());
  if (urls.every((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ""))) return urls;
  throw new CommonwattError("USAGE_RPC", "--rpc takes http or https addresses, separated by commas");
}

function usage(message: string): CommonwattError {
  return new CommonwattError("USAGE_KEY", message);
}
