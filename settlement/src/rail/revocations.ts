import { durationMs, type Hex, messageOf, type SignedMeterReading, sleep } from "@commonwatt/vpp-core";
import type { Deployment } from "../chain/manifest.ts";
import type { RegistryReader } from "../chain/registry-reader.ts";
import { keccak256 } from "../hash/keccak.ts";
import type { EscrowLink } from "./escrow-link.ts";

/** Judges allow five minutes from a revocation to the first batch that it counts in. */
const LOOK_EVERY_MS = 30_000;
/** Blocks that are read again each time: a revocation may have moved to another block. */
const READ_AGAIN_BLOCKS = 64;

/** Meters that the register has revoked, as far as it is known. */
export interface Revocations {
  /** Whether a reading was taken after its meter was revoked: a batch with it could be taken back. */
  covers(reading: SignedMeterReading): boolean;
  /** Settles when nothing is looked up any more, after the link's signal aborted. */
  readonly ended: Promise<void>;
}

/** What is needed to look revocations up. */
export interface RevocationContext extends Pick<EscrowLink, "patience" | "wallClock" | "logger" | "signal"> {
  readonly registry: Pick<RegistryReader, "revokedSince" | "meterRevokedAt">;
  readonly deployment: Pick<Deployment, "block">;
}

/** Looks the register through, and again twice a minute. The first look is made before this settles. */
export async function followRevocations(context: RevocationContext): Promise<Revocations> {
  const { registry, deployment, patience, wallClock, logger, signal } = context;
  const revokedAt = new Map<Hex, number>();
  let next = deployment.block;
  const look = async (): Promise<void> => {
    const { meterKeyHashes, upTo } = await registry.revokedSince(next);
    for (const hash of meterKeyHashes) revokedAt.set(hash, await registry.meterRevokedAt(hash));
    next = Math.max(deployment.block, upTo - READ_AGAIN_BLOCKS);
  };
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(wallClock, durationMs(LOOK_EVERY_MS), signal).catch(() => undefined);
      if (signal.aborted) return;
      await look().catch((error: unknown) => {
        logger.debug({ message: messageOf(error) }, "revoked meters can't be looked up now");
      });
    }
  };
  await patience.until(look);
  return {
    covers({ meterKey, takenAtMs }) {
      if (revokedAt.size === 0) return false;
      const since = revokedAt.get(keccak256(meterKey)) ?? 0;
      return since > 0 && Math.floor(takenAtMs / 1_000) > since;
    },
    ended: follow(),
  };
}
