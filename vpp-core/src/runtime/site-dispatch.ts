import type { BatteryLease } from "../der/lease.ts";
import type { Decision, GridCommand } from "../dispatch/decide.ts";
import type { DispatchReceipt, DispatchRefusal, SiteDispatch } from "../ports/site-server.ts";
import type { Clock, EpochMs } from "../time/clock.ts";
import { type Watts, watts } from "../units/power.ts";
import type { KeptSequence } from "./kept-sequence.ts";

/** Who commands must be heard of again within a day. */
const COMMAND_LIFE_MAX_MS = 24 * 3_600_000;

/** The site that is commanded. */
export interface DispatchedSite {
  isOptedOut(): boolean;
  /** Whether one of its devices has a battery that can be commanded. */
  hasBattery(): boolean;
  /** Hands a command to the controller, at once; one that has ended ends what was held. */
  follow(command: GridCommand): void;
  /** What the controller wants now. */
  decision(): Decision;
}

/** A site's dispatch, as the site itself sees it. */
export interface OwnDispatch extends SiteDispatch {
  /** When the command in force ends; `null` when there is none. */
  endsAtMs(): EpochMs | null;
}

/** Takes commands for a site, in their order, and refuses what comes late. */
export function siteDispatch(site: DispatchedSite, kept: KeptSequence, clock: Clock): OwnDispatch {
  let inForce: GridCommand | null = null;
  const current = (): GridCommand | null => {
    if (inForce !== null && (inForce.validUntilMs <= clock.now() || site.isOptedOut())) inForce = null;
    return inForce;
  };
  const heldPowerW = (): Watts | null => {
    const { authority, setpointW } = site.decision();
    return current() !== null && authority === "grid-operator" ? setpointW : null;
  };
  const end = (): void => {
    inForce = null;
    site.follow({ batteryPowerW: watts(0), validUntilMs: clock.now() });
  };
  return {
    command(lease) {
      const refusal = refusalOf(lease, site, kept.last(), clock.now());
      if (refusal !== null) return refusal;
      const before = current();
      const { batteryPowerW, validUntilMs } = lease;
      inForce = { batteryPowerW, validUntilMs };
      site.follow(inForce);
      const appliedPowerW = heldPowerW();
      if (appliedPowerW === null) {
        const { reason } = site.decision();
        inForce = before;
        if (before === null) end();
        else site.follow(before);
        return refused("unavailable", reason);
      }
      try {
        kept.keep(lease.sequence);
      } catch (error) {
        end();
        throw error;
      }
      return { status: "taken", appliedPowerW };
    },
    release(sequence) {
      if (!(sequence >= kept.last())) return outOfOrder(sequence, kept.last());
      if (sequence > kept.last()) kept.keep(sequence);
      const appliedPowerW = heldPowerW() ?? watts(0);
      end();
      return { status: "taken", appliedPowerW };
    },
    heldPowerW,
    lastSequence: () => kept.last(),
    endsAtMs: () => current()?.validUntilMs ?? null,
  };
}

function refusalOf(
  { validUntilMs, sequence }: BatteryLease,
  site: DispatchedSite,
  last: number,
  now: EpochMs,
): DispatchReceipt | null {
  if (!(validUntilMs > now)) return refused("expired", "the command had ended before it came");
  if (validUntilMs - now > COMMAND_LIFE_MAX_MS) return refused("too-long", "a command lasts a day at most");
  if (!(sequence > last)) return outOfOrder(sequence, last);
  if (site.isOptedOut()) return refused("opted-out", "the owner has opted out");
  return site.hasBattery() ? null : refused("no-battery", "no device here has a battery to command");
}

function outOfOrder(sequence: number, last: number): DispatchReceipt {
  return refused("out-of-order", `sequence ${sequence} comes after ${last}`);
}

function refused(code: DispatchRefusal, message: string): DispatchReceipt {
  return { status: "refused", code, message };
}
