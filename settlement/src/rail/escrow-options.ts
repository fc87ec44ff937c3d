import { CommonwattError } from "@commonwatt/vpp-core";
import type { Finality } from "../chain/final-reader.ts";
import type { KeySource } from "../chain/key-source.ts";
import { finalityLimitSeconds } from "../chain/manifest.ts";
import { weiOfGwei } from "../chain/sign-call.ts";

/** How the escrow is run. Amounts are in the token's smallest unit (millionths). */
export interface EscrowOptions {
  /**
   * JSON-RPC endpoint, or several of one chain, of which the next is asked when one fails; without any a
   * development chain (anvil) of our own is used.
   */
  readonly rpcUrl?: string | readonly string[];
  /** Path of the manifest that `commonwatt deploy` wrote; without this the contracts are deployed once. */
  readonly deployment?: string;
  /** Where the operator's key is; without this it is made once and kept in the rail's folder. */
  readonly operator?: KeySource;
  /** The most that is offered for a unit of gas, in gwei; what costs more waits. Default: whatever it takes. */
  readonly maxFeeGwei?: number;
  /**
   * From when on a block of the chain counts as one that stays: when the chain itself says so (`finalized`), or when
   * so many blocks stand on it. No batch builds on deposits, sites or orders before. Default: `finalized`, and 0 on
   * a development chain of our own. A node that makes blocks only when something is sent needs 0.
   */
  readonly finality?: Finality;
  /** How long a batch can be challenged. Default: 4 on a development chain, else 6 hours. */
  readonly challengeWindowSeconds?: number;
  /** How long the operator has to show a leaf that somebody asks for. Default: 3 and 6 hours. */
  readonly responseSeconds?: number;
  /** How long a withdrawal takes; above the window and two responses. Default: those, and a window more. */
  readonly withdrawalDelaySeconds?: number;
  /** What each site puts in before it trades, and again when it runs short. Default: 100 units. */
  readonly depositPerSite?: bigint;
  /** What the operator puts in before the first batch. Default: 1000 units. */
  readonly minimumBond?: bigint;
  /** Whether net earnings go to the sites' owners by themselves. Default: on a development chain only. */
  readonly sweepEarnings?: boolean;
  /** The least earnings worth a withdrawal. Default: 0.01 unit. */
  readonly sweepMinimum?: bigint;
}

/** Options with every default filled in. */
export interface EscrowTermsWanted {
  /** `null` for a development chain. */
  readonly rpcUrls: readonly string[] | null;
  readonly feeCapWei: bigint | null;
  readonly finality: Finality;
  readonly challengeWindowSeconds: number;
  readonly responseSeconds: number;
  readonly withdrawalDelaySeconds: number;
  /** How long after the last batch anybody may end the court. */
  readonly silenceLimitSeconds: number;
  readonly depositPerSite: bigint;
  readonly minimumBond: bigint;
  readonly sweepEarnings: boolean;
  readonly sweepMinimum: bigint;
}

const UNIT = 1_000_000n;
const DEV_WINDOW_SECONDS = 4;
const WINDOW_SECONDS = 6 * 3_600;
const DEV_RESPONSE_SECONDS = 3;
const RESPONSE_SECONDS = 6 * 3_600;
const DEV_SLACK_SECONDS = 2;
const SLACK_SECONDS = 60;
/** A street that lies still for a month is no street any more. */
const SILENCE_LIMIT_SECONDS = 30 * 24 * 3_600;

/**
 * Fills in the defaults and checks what was given.
 * @throws CommonwattError `ESCROW_OPTIONS_INVALID` naming the field, what was found and what is allowed.
 */
export function completeOptions(options: EscrowOptions): EscrowTermsWanted {
  const dev = options.rpcUrl === undefined;
  const window = options.challengeWindowSeconds ?? (dev ? DEV_WINDOW_SECONDS : WINDOW_SECONDS);
  const response = options.responseSeconds ?? (dev ? DEV_RESPONSE_SECONDS : RESPONSE_SECONDS);
  const finality = finalityLimitSeconds({ challengeWindowSeconds: window, responseSeconds: response });
  const slack = dev ? DEV_SLACK_SECONDS : SLACK_SECONDS;
  const rpcUrls = typeof options.rpcUrl === "string" ? [options.rpcUrl] : (options.rpcUrl ?? null);
  const terms: EscrowTermsWanted = {
    rpcUrls,
    feeCapWei: options.maxFeeGwei === undefined ? null : weiOfGwei(options.maxFeeGwei),
    finality: options.finality ?? (dev ? 0 : "finalized"),
    challengeWindowSeconds: window,
    responseSeconds: response,
    withdrawalDelaySeconds: options.withdrawalDelaySeconds ?? finality + window + slack,
    silenceLimitSeconds: SILENCE_LIMIT_SECONDS,
    depositPerSite: options.depositPerSite ?? 100n * UNIT,
    minimumBond: options.minimumBond ?? 1_000n * UNIT,
    sweepEarnings: options.sweepEarnings ?? dev,
    sweepMinimum: options.sweepMinimum ?? UNIT / 100n,
  };
  const { withdrawalDelaySeconds: delay } = terms;
  check("challengeWindowSeconds", window, Number.isSafeInteger(window) && window >= 1, "whole seconds ≥ 1");
  check("responseSeconds", response, Number.isSafeInteger(response) && response >= 1, "whole seconds ≥ 1");
  check(
    "withdrawalDelaySeconds",
    delay,
    Number.isSafeInteger(delay) && delay > finality,
    `whole seconds > ${finality}, the window and two responses`,
  );
  check("depositPerSite", terms.depositPerSite, terms.depositPerSite > 0n, "an amount above 0");
  check("minimumBond", terms.minimumBond, terms.minimumBond > 0n, "an amount above 0");
  check("sweepMinimum", terms.sweepMinimum, terms.sweepMinimum > 0n, "an amount above 0");
  for (const [index, url] of (terms.rpcUrls ?? []).entries()) {
    // The address itself may hold a key and stays out of messages.
    const isHttp = /^https?:$/.test(URL.parse(url)?.protocol ?? "");
    check("rpcUrl", `something else at ${index + 1}`, isHttp, "an http or https address");
  }
  check("rpcUrl", "an empty list", terms.rpcUrls?.length !== 0, "at least one address");
  const { finality: depth } = terms;
  const isFinality = depth === "finalized" || (Number.isSafeInteger(depth) && depth >= 0);
  check("finality", depth, isFinality, "finalized or a whole number of blocks");
  const { maxFeeGwei } = options;
  check("maxFeeGwei", maxFeeGwei ?? "none", maxFeeGwei === undefined || maxFeeGwei > 0, "gwei above 0");
  return terms;
}

function check(field: string, found: bigint | number | string, holds: boolean, allowed: string): void {
  if (holds) return;
  throw new CommonwattError("ESCROW_OPTIONS_INVALID", `escrow: ${field} is ${found}, allowed is ${allowed}`, {
    details: { field, found: String(found), allowed },
  });
}
