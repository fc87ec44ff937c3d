import type { Account, Hex } from "@commonwatt/vpp-core";
import { id, TypedDataEncoder, Wallet } from "ethers";
import { ZERO_HASH } from "../batch/batch-header.ts";
import type { ReadingLeaf } from "../batch/reading-leaf.ts";
import { callData, REGISTRY } from "./contracts.ts";
import type { Deployment } from "./manifest.ts";

/** Signatures of a first registration never expire: the operator sends them when the chain is there. */
const NO_DEADLINE = (1n << 64n) - 1n;
const P256 = 1;

/** What is registered of a site; the fields of `SiteVersion` in `contracts/types/Site.sol`. */
export interface SiteVersion {
  readonly owner: Account;
  readonly meterKey: { readonly kind: number; readonly x: Hex; readonly y: Hex };
  readonly importMaxW: number;
  readonly exportMaxW: number;
  readonly feeder: Hex;
  /** From when on it counts, in seconds since the epoch. */
  readonly since: number;
}

const RECORD_TYPES = {
  SiteRecord: [
    { name: "site", type: "bytes32" },
    { name: "owner", type: "address" },
    { name: "meterKind", type: "uint8" },
    { name: "meterX", type: "bytes32" },
    { name: "meterY", type: "bytes32" },
    { name: "importMaxW", type: "uint64" },
    { name: "exportMaxW", type: "uint64" },
    { name: "feeder", type: "bytes32" },
    { name: "since", type: "uint64" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint64" },
  ],
};

/** The key of a site without a meter. */
export const NO_METER: SiteVersion["meterKey"] = { kind: 0, x: ZERO_HASH, y: ZERO_HASH };

/** How the name of a site or a feeder stands in the registry: its Keccak-256 hash. */
export function siteKey(name: string): Hex {
  return id(name) as Hex;
}

/** An uncompressed P-256 point as the registry has it. */
export function meterKeyOf(point: Hex): SiteVersion["meterKey"] {
  return { kind: P256, x: `0x${point.slice(4, 68)}`, y: `0x${point.slice(68)}` };
}

/** The uncompressed P-256 point of a registered key; `null` for one of another kind, and for none. */
export function meterPointOf({ kind, x, y }: SiteVersion["meterKey"]): Hex | null {
  return kind === P256 ? `0x04${x.slice(2)}${y.slice(2)}` : null;
}

/** A reading as a contract takes it, out of its leaf in a batch, with its meter's signature. */
export interface SignedLeaf {
  readonly leaf: Pick<ReadingLeaf, "siteHash" | "sequence" | "takenAtMs" | "importWh" | "exportWh">;
  readonly signature: Hex;
}

/**
 * The call that revokes a meter which signed two different readings under one sequence number.
 * @param domain - the EIP-712 domain separator that both are signed for.
 */
export function revokeMeterData(meterKey: Hex, domain: Hex, first: SignedLeaf, second: SignedLeaf): Hex {
  const shown = [first, second].flatMap(({ leaf, signature }) => [{ domain, ...leaf }, signature]);
  return callData(REGISTRY, "revokeMeter", [meterKeyOf(meterKey), ...shown]);
}

/** A record that is to be signed: a version, the how-manieth it is, and how long signatures are good. */
export interface SiteRecord {
  readonly siteId: string;
  readonly version: SiteVersion;
  readonly nonce: number;
  /** Seconds since the epoch. */
  readonly deadline: bigint;
}

/** What owner and meter sign of a record (EIP-712). */
export function recordDigest({ chainId, registry }: Deployment, record: SiteRecord): Hex {
  const { siteId, version, nonce, deadline } = record;
  const { owner, meterKey, importMaxW, exportMaxW, feeder, since } = version;
  const domain = { name: "Commonwatt SiteRegistry", version: "1", chainId, verifyingContract: registry };
  const fields = {
    ...{ site: siteKey(siteId), owner, meterKind: meterKey.kind, meterX: meterKey.x, meterY: meterKey.y },
    ...{ importMaxW, exportMaxW, feeder, since, nonce, deadline },
  };
  return TypedDataEncoder.hash(domain, RECORD_TYPES, fields) as Hex;
}

/** A signature over 32 bytes with a secp256k1 key: r, s and v. */
export function signDigest(digest: Hex, key: Hex): Hex {
  return new Wallet(key).signingKey.sign(digest).serialized as Hex;
}

/** Who agrees to a record; `0x` for nobody. */
export interface RecordSignatures {
  readonly owner: Hex;
  readonly newOwner: Hex;
  readonly meter: Hex;
}

/** What the register is called with to take a record in. */
export function recordArguments(record: SiteRecord, signatures: RecordSignatures): readonly unknown[] {
  return [siteKey(record.siteId), record.version, record.deadline, signatures];
}

/** What a first registration needs of a site. */
export interface Registration {
  readonly siteId: string;
  readonly version: SiteVersion;
  readonly ownerKey: Hex;
  /** Signs 32 bytes with the meter's key: P-256 over their SHA-256, r and s. */
  readonly signWithMeter: (digest: Hex) => Hex;
}

/** The call that registers a site for the first time: owner and meter sign the whole record. */
export async function registerData(
  deployment: Deployment,
  { siteId, version, ownerKey, signWithMeter }: Registration,
): Promise<Hex> {
  const record: SiteRecord = { siteId, version, nonce: 0, deadline: NO_DEADLINE };
  const digest = recordDigest(deployment, record);
  const signatures = {
    owner: signDigest(digest, ownerKey),
    newOwner: "0x",
    meter: signWithMeter(digest),
  } as const;
  return callData(REGISTRY, "register", recordArguments(record, signatures));
}
