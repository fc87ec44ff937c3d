import { type Account, CommonwattError, type Hex, wholeNumber } from "@commonwatt/vpp-core";
import { REGISTRY, readContract } from "../chain/contracts.ts";
import { keyFrom } from "../chain/key-source.ts";
import { accountOfKey } from "../chain/signer.ts";
import {
  meterKeyOf,
  NO_METER,
  recordArguments,
  recordDigest,
  type SiteRecord,
  type SiteVersion,
  signDigest,
  siteKey,
} from "../chain/site-record.ts";
import { recordSigner } from "../metering/meter-signer.ts";
import { type ChainSession, inSession, type SessionOptions, withSessionOptions } from "./chain-session.ts";
import type { Program } from "./key-options.ts";

const WATTS_MAX = 1e9;
const SECONDS_MAX = 2 ** 40;
const GROUPS_MAX = 255;
/** Room for the block that takes a change in to come late. */
const LATE_SECONDS = 300;
/** How long signatures are good when nothing else is said. */
const GOOD_SECONDS = 7 * 24 * 3_600;

interface SiteOptions extends SessionOptions {
  readonly site: string;
}

interface ChangeOptions extends SiteOptions {
  readonly ownerKeyFile?: string;
  readonly ownerSignature?: string;
  readonly newOwnerKeyFile?: string;
  readonly meterKeyFile?: string;
  readonly meterKey?: string;
  readonly meterSignature?: string;
  /** False with `--no-meter`. */
  readonly meter: boolean;
  readonly importMaxW?: number;
  readonly exportMaxW?: number;
  readonly feeder?: string;
  readonly since?: number;
  readonly deadline?: number;
  readonly digest?: boolean;
}

interface CancelOptions extends SessionOptions {
  readonly group: number;
  readonly counter: number;
}

/** Adds `commonwatt site …`: what the register says of a site, and changes of it. */
export function registerSite(program: Program): void {
  const site = program.command("site").description("see and change what the register says of a home");
  const add = (name: string, summary: string): Program =>
    withSessionOptions(site.command(name).summary(summary).description(`${summary}.`));
  add("show", "every version of a site's record")
    .requiredOption("--site <id>", "which home, e.g. home-1")
    .action((options: SiteOptions) => inSession(options, (session) => show(session, options.site)));
  add("change", "give a site another meter, owner or limits, or take its meter away")
    .requiredOption("--site <id>", "which home, e.g. home-1")
    .option("--owner-key-file <path>", "key of the owner, who has to sign")
    .option("--owner-signature <hex>", "or the owner's signature over the digest")
    .option("--new-owner-key-file <path>", "key of somebody who takes the site over")
    .option("--meter-key-file <path>", "private key of the meter, of one that is a program")
    .option("--meter-key <hex>", "public key of a sealed meter: 0x04 and 128 digits")
    .option("--meter-signature <hex>", "the sealed meter's signature over the digest")
    .option("--no-meter", "the site has no meter any more: its key is worth nothing from then on")
    .option("--import-max-w <w>", "the most that it can draw (as it is)", wholeNumber(0, WATTS_MAX))
    .option("--export-max-w <w>", "the most that it can feed in (as it is)", wholeNumber(0, WATTS_MAX))
    .option("--feeder <name>", "the feeder that it hangs on (as it is)")
    .option(
      "--since <seconds>",
      "when it begins to count, since 1970 (as soon as allowed)",
      wholeNumber(0, SECONDS_MAX),
    )
    .option(
      "--deadline <seconds>",
      "how long signatures are good, since 1970 (a week)",
      wholeNumber(0, SECONDS_MAX),
    )
    .option("--digest", "only say what has to be signed, with --since and --deadline to sign it for")
    .action((options: ChangeOptions) => inSession(options, (session) => change(session, options)));
  add("cancel-orders", "cancel all orders of the key's bulk signatures in a group, below a counter")
    .requiredOption("--group <n>", "the group", wholeNumber(0, GROUPS_MAX))
    .requiredOption("--counter <n>", "orders with a lower counter are cancelled", wholeNumber(0, SECONDS_MAX))
    .action((options: CancelOptions) => inSession(options, (session) => cancelOrders(session, options)));
}

async function show({ registry, deployment }: ChainSession, siteId: string) {
  const versions = await registry.versions(siteId);
  if (versions.length === 0) throw neverRegistered(siteId, deployment);
  const lines = versions.map(({ owner, meterKey, importMaxW, exportMaxW, since }, index) => {
    const meter = meterKey.kind === NO_METER.kind ? "no meter" : `meter ${meterKey.x.slice(0, 12)}…`;
    return `version ${index}: from ${time(since)}, owner ${owner}, ${meter}, draws ≤ ${importMaxW} W, feeds in ≤ ${exportMaxW} W`;
  });
  return { words: lines.join("\n"), site: siteId, versions };
}

function neverRegistered(siteId: string, { registry }: ChainSession["deployment"]): CommonwattError {
  return new CommonwattError("SITE_UNKNOWN", `${siteId} was never registered in ${registry}`);
}

async function change(session: ChainSession, options: ChangeOptions) {
  const { registry, deployment } = session;
  const versions = await registry.versions(options.site);
  const last = versions.at(-1);
  if (last === undefined) throw neverRegistered(options.site, deployment);
  const record = await recordOf(session, options, last, versions.length);
  const digest = recordDigest(deployment, record);
  const { since } = record.version;
  const facts = { site: options.site, digest, since, deadline: record.deadline, nonce: record.nonce };
  if (options.digest === true)
    return { words: `${digest}\nto be signed with --since ${since} --deadline ${record.deadline}`, ...facts };
  const signatures = await signaturesOf(options, record.version, digest);
  const args = recordArguments(record, signatures);
  const { transactionHash } = await session.call(REGISTRY, deployment.registry, "register", args);
  const words = `version ${record.nonce} of ${options.site} counts from ${time(since)} on`;
  return { words, ...facts, transactionHash };
}

async function recordOf(
  { rpc, deployment }: ChainSession,
  options: ChangeOptions,
  last: SiteVersion,
  nonce: number,
): Promise<SiteRecord> {
  const now = (await rpc.getBlock("latest"))?.timestamp ?? 0;
  const notice = Number(await readContract(rpc, REGISTRY, deployment.registry, "notice"));
  const earliest = Math.max(now + notice + LATE_SECONDS, last.since);
  const newOwner = options.newOwnerKeyFile;
  return {
    siteId: options.site,
    version: {
      owner: newOwner === undefined ? last.owner : accountOfKey(await keyFrom({ file: newOwner })),
      meterKey: await meterOf(options, last),
      importMaxW: options.importMaxW ?? last.importMaxW,
      exportMaxW: options.exportMaxW ?? last.exportMaxW,
      feeder: options.feeder === undefined ? last.feeder : siteKey(options.feeder),
      since: options.since ?? earliest,
    },
    nonce,
    deadline: BigInt(options.deadline ?? now + GOOD_SECONDS),
  };
}

async function meterOf(options: ChangeOptions, last: SiteVersion): Promise<SiteVersion["meterKey"]> {
  if (!options.meter) return NO_METER;
  if (options.meterKeyFile !== undefined) {
    return meterKeyOf(recordSigner(await keyFrom({ file: options.meterKeyFile }, "meterKey")).meterKey);
  }
  if (options.meterKey === undefined) return last.meterKey;
  if (/^0x04[0-9a-f]{128}$/i.test(options.meterKey)) return meterKeyOf(options.meterKey as Hex);
  throw new CommonwattError(
    "METER_KEY_INVALID",
    "--meter-key takes an uncompressed point: 0x04 and 128 hex digits",
  );
}

/** Everybody whom a record needs signs it; who is not there with a key has signed its digest before. */
async function signaturesOf(options: ChangeOptions, version: SiteVersion, digest: Hex) {
  const { ownerKeyFile, newOwnerKeyFile, meterKeyFile } = options;
  const byKey = async (path: string | undefined): Promise<Hex | null> =>
    path === undefined ? null : signDigest(digest, await keyFrom({ file: path }));
  const owner = (await byKey(ownerKeyFile)) ?? signature("--owner-signature", options.ownerSignature);
  if (owner === null) throw missing("the owner: --owner-key-file or --owner-signature");
  const newOwner = (await byKey(newOwnerKeyFile)) ?? "0x";
  if (version.meterKey.kind === NO_METER.kind) return { owner, newOwner, meter: "0x" as Hex };
  const meter =
    meterKeyFile === undefined
      ? signature("--meter-signature", options.meterSignature)
      : recordSigner(await keyFrom({ file: meterKeyFile }, "meterKey")).signRecord(digest);
  if (meter === null) throw missing("the meter: --meter-key-file or --meter-signature");
  return { owner, newOwner, meter };
}

function signature(option: string, text: string | undefined): Hex | null {
  if (text === undefined) return null;
  if (/^0x([0-9a-f]{128}|[0-9a-f]{130})$/i.test(text)) return text as Hex;
  throw new CommonwattError("USAGE_SIGNATURE", `${option} takes 64 or 65 bytes in hex`);
}

function missing(who: string): CommonwattError {
  return new CommonwattError("USAGE_SIGNATURE", `the record has to be signed by ${who}`);
}

async function cancelOrders(session: ChainSession, { group, counter }: CancelOptions) {
  const account: Account = session.account();
  const { registry } = session.deployment;
  const { transactionHash } = await session.call(REGISTRY, registry, "cancelGroup", [group, BigInt(counter)]);
  const words = `orders of ${account} in group ${group} below counter ${counter} are cancelled, from five minutes on`;
  return { words, account, group, counter, transactionHash };
}

function time(seconds: number): string {
  return seconds === 0 ? "the beginning" : new Date(1_000 * seconds).toISOString();
}
