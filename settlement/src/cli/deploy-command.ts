import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import {
  type Account,
  CommonwattError,
  createLogger,
  stopRequest,
  systemClock,
  wholeNumber,
} from "@commonwatt/vpp-core";
import { communityHash } from "../batch/batch-header.ts";
import { hashRules } from "../batch/batch-rules.ts";
import { ensureDeployment } from "../chain/deployment.ts";
import { chainIdOfAny } from "../chain/endpoints.ts";
import { fileOutbox } from "../chain/file-outbox.ts";
import { signerFrom } from "../chain/key-source.ts";
import {
  type Deployment,
  type DeploymentTerms,
  finalityLimitSeconds,
  manifestToJson,
} from "../chain/manifest.ts";
import { patientOutbox } from "../chain/patient-outbox.ts";
import { connectRpc } from "../chain/rpc.ts";
import { weiOfGwei } from "../chain/sign-call.ts";
import {
  addressOf,
  type KeyOptions,
  keySourceOf,
  type Program,
  rpcUrlsOf,
  withKeyOptions,
} from "./key-options.ts";

const DAY_SECONDS = 24 * 3_600;
const SECONDS_MAX = 365 * DAY_SECONDS;
const UNIT = 1_000_000n;
const RING_SIZE = 256;
const DEMAND_LIMIT = 16;

interface DeployOptions extends KeyOptions {
  readonly rpc: string;
  readonly community: string;
  readonly retail: number;
  readonly feedIn: number;
  readonly feePpm: number;
  readonly intervalMinutes: number;
  readonly gateClosure?: number;
  readonly window: number;
  readonly response: number;
  readonly delay?: number;
  readonly bond: number;
  readonly demandBond: number;
  readonly token?: string;
  readonly guardian?: string;
  readonly pause: number;
  readonly governance?: string;
  readonly manifest: string;
  readonly maxFeeGwei?: number;
  readonly json?: boolean;
}

/** Adds `commonwatt deploy`: puts register, judges, court and escrow of a community on a chain. */
export function registerDeploy(program: Program): void {
  const command = program
    .command("deploy")
    .summary("deploy a community's contracts and write their manifest")
    .description(
      "Deploys register, judges, court and escrow as the operator and writes the manifest with their addresses and " +
        "terms. What it has done is noted beside the manifest, so that it goes on there when it is interrupted. Where the " +
        "manifest is there already, its contracts are checked instead.",
    )
    .requiredOption("--rpc <urls>", "JSON-RPC endpoint, or several of one chain, separated by commas")
    .requiredOption("--community <name>", "name of the community")
    .requiredOption("--retail <micro>", "what the grid charges, micro per kWh", wholeNumber(0, 1e9))
    .requiredOption("--feed-in <micro>", "what the grid pays, micro per kWh", wholeNumber(0, 1e9))
    .option("--fee-ppm <n>", "the operator's fee, millionths of what is paid", wholeNumber(0, 1e6), 0)
    .option("--interval-minutes <n>", "length of a delivery interval", wholeNumber(5, 60), 15)
    .option(
      "--gate-closure <seconds>",
      "how long before an interval its gate closes (a tenth of it)",
      wholeNumber(0, 3_600),
    )
    .option(
      "--window <seconds>",
      "how long a batch can be challenged",
      wholeNumber(1, SECONDS_MAX),
      DAY_SECONDS / 4,
    )
    .option(
      "--response <seconds>",
      "how long the operator has to show a leaf",
      wholeNumber(1, SECONDS_MAX),
      DAY_SECONDS / 4,
    )
    .option(
      "--delay <seconds>",
      "how long a withdrawal takes (window, two responses, pause, and a window more)",
      wholeNumber(1, SECONDS_MAX),
    )
    .option("--bond <units>", "the operator's bond, in whole units", wholeNumber(1, 1e9), 1_000)
    .option(
      "--demand-bond <units>",
      "what asking for a leaf costs; half of it pays the answer, in whole units",
      wholeNumber(1, 1e9),
      1,
    )
    .option("--token <address>", "token that is paid in (a new one that the operator mints)")
    .option("--guardian <address>", "who may pause commits (nobody)")
    .option("--pause <seconds>", "the guardian's longest pause", wholeNumber(0, SECONDS_MAX), 0)
    .option("--governance <address>", "timelock that may replace the operator (nobody)")
    .option("--max-fee-gwei <n>", "the most that is offered for a unit of gas", wholeNumber(1, 1e9))
    .option("--manifest <path>", "where the manifest is written", "deployment.json")
    .option("--json", "print NDJSON; the last line is the summary");
  withKeyOptions(command).action(async (options: DeployOptions) => {
    await deploy(options);
  });
}

async function deploy(options: DeployOptions): Promise<void> {
  const json = options.json === true;
  const source = keySourceOf(options);
  if (source === null)
    throw new CommonwattError(
      "USAGE_KEY",
      "deploying needs the operator's key: --key-env, --key-file or --signer",
    );
  const operator = await signerFrom(source);
  const rpcUrls = rpcUrlsOf(options.rpc);
  const chainId = await chainIdOfAny(rpcUrls);
  const rpc = connectRpc(rpcUrls, chainId);
  const logger = createLogger("warn", json);
  const signal = stopRequest(process, process.stdout);
  const wallClock = systemClock;
  const feeCapWei = options.maxFeeGwei === undefined ? null : weiOfGwei(options.maxFeeGwei);
  await mkdir(dirname(options.manifest), { recursive: true });
  const token = options.token === undefined ? null : addressOf("--token", options.token);
  const terms = termsOf(options, operator.account);
  try {
    const store = await fileOutbox(`${options.manifest}.part`, purposeOf(chainId, token, terms));
    const outbox = patientOutbox({ rpc, store, wallClock, logger, signal, feeCapWei });
    const deployment = await ensureDeployment(
      { manifest: options.manifest, chainId, rpc, outbox, operator, token, replaceable: false },
      terms,
    );
    await store.forget();
    requireSame(options.manifest, deployment, { token: token ?? deployment.token, ...terms });
    const summary = { event: "summary", manifest: options.manifest, ...manifestToJson(deployment) };
    const { registry, court, escrow } = deployment;
    const lines = [
      `chain     ${chainId}, block ${deployment.block}`,
      ...[
        `token     ${deployment.token}`,
        `registry  ${registry}`,
        `court     ${court}`,
        `escrow    ${escrow}`,
      ],
      ...Object.entries(deployment.judges).map(([name, address]) => `judge     ${address}  ${name}`),
      `manifest  ${options.manifest}`,
    ];
    process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${lines.join("\n")}\n`);
  } finally {
    rpc.destroy();
  }
}

/**
 * Makes sure that contracts which were there already are those that were asked for.
 * @throws CommonwattError `DEPLOYMENT_DIFFERS`.
 */
function requireSame(
  manifest: string,
  { token, terms }: Deployment,
  wanted: DeploymentTerms & Pick<Deployment, "token">,
): void {
  const found: Readonly<Record<string, unknown>> = { token, ...terms };
  for (const [name, value] of Object.entries(wanted)) {
    if (String(found[name]) === String(value)) continue;
    throw new CommonwattError(
      "DEPLOYMENT_DIFFERS",
      `${manifest} is there already, with ${name} ${String(found[name])}, not ${String(value)}: to deploy anew, name another --manifest`,
      { details: { name } },
    );
  }
}

/** All that a deployment is decided by, as one text. */
function purposeOf(chainId: number, token: Account | null, terms: DeploymentTerms): string {
  const text = (_name: string, value: unknown): unknown =>
    typeof value === "bigint" ? String(value) : value;
  return JSON.stringify({ chainId, token, ...terms }, text);
}

function termsOf(options: DeployOptions, operator: Account): DeploymentTerms {
  const { window, response, pause, guardian, governance } = options;
  const intervalMs = options.intervalMinutes * 60_000;
  const gateClosureMs = options.gateClosure === undefined ? intervalMs / 10 : options.gateClosure * 1_000;
  const rules = { retailPrice: options.retail, feedInPrice: options.feedIn, feePpm: options.feePpm };
  const finality = finalityLimitSeconds({ challengeWindowSeconds: window, responseSeconds: response });
  const withdrawalDelaySeconds = options.delay ?? finality + pause + window;
  if (options.feedIn > options.retail) {
    throw new CommonwattError("USAGE_TERMS", `--feed-in is ${options.feedIn}; it must be at most --retail`);
  }
  if (withdrawalDelaySeconds <= finality + pause) {
    throw new CommonwattError(
      "USAGE_TERMS",
      `--delay is ${withdrawalDelaySeconds}; it must be above ${finality + pause}: window, two responses, pause`,
    );
  }
  return {
    community: communityHash(options.community),
    rulesHash: hashRules({ ...rules, intervalMs, gateClosureMs }),
    operator,
    guardian: guardian === undefined ? null : addressOf("--guardian", guardian),
    governance: governance === undefined ? null : addressOf("--governance", governance),
    ...{ challengeWindowSeconds: window, responseSeconds: response },
    withdrawalDelaySeconds,
    ...{ silenceLimitSeconds: 30 * DAY_SECONDS, pauseLimitSeconds: pause, noticeSeconds: DAY_SECONDS },
    ...{ minimumBond: BigInt(options.bond) * UNIT, demandBond: BigInt(options.demandBond) * UNIT },
    ...{ demandLimit: DEMAND_LIMIT, ringSize: RING_SIZE },
  };
}
