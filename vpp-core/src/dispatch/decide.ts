import { goodValue } from "../der/measured.ts";
import type { ConnectionLimits } from "../grid/site.ts";
import type { EpochMs } from "../time/clock.ts";
import type { DeliveryInterval } from "../time/delivery-interval.ts";
import { type WattHours, wattHours } from "../units/energy.ts";
import { type Watts, watts } from "../units/power.ts";
import { boundedPowerW, positionPowerW } from "./battery-power.ts";
import type { SiteImage } from "./site-image.ts";

/** Who asks for a setpoint, strongest first; each decision names the one it followed. */
export type Authority = "safety" | "grid-operator" | "owner" | "market" | "optimiser";

/** What a site has promised to neighbours for one delivery interval, and where its meter stood at the start. */
export interface Position {
  readonly interval: DeliveryInterval;
  /** Sold minus bought; + is energy to give. */
  readonly netSoldWh: WattHours;
  /** Import minus export since the interval began; `null` while the meter is not known. */
  readonly netImportedWh: WattHours | null;
}

/** A setpoint that the grid operator asks for, until it ends. */
export interface GridCommand {
  readonly batteryPowerW: Watts;
  readonly validUntilMs: EpochMs;
}

/** Everything a decision depends on. */
export interface DecisionInput {
  readonly nowMs: EpochMs;
  readonly image: SiteImage;
  readonly position: Position | null;
  readonly gridCommand: GridCommand | null;
  readonly optedOut: boolean;
  /** Why the battery must be left alone for a while: it has not done what it was told. */
  readonly batteryDoubt?: string | null;
  readonly limits: ConnectionLimits;
  /** Energy the owner keeps in the battery whatever the market pays. */
  readonly reserveWh: WattHours;
  /** What the optimiser wants of the battery while nothing is traded; without it the battery follows its house. */
  readonly plannedPowerW?: Watts | null;
  /** How long the decision will stand before the next one. */
  readonly horizonMs: number;
}

/** What the battery shall do until the next decision, and why. `null` leaves it to its own mode. */
export interface Decision {
  readonly setpointW: Watts | null;
  readonly authority: Authority;
  readonly reason: string;
}

/**
 * Decides what a site's battery does now. Pure: the same input gives the same decision, live and in
 * simulations. The strongest authority that has something to say is followed; safety then narrows it.
 */
export function decide(input: DecisionInput): Decision {
  const wish = strongestWish(input);
  if (wish.setpointW === null) return wish;
  return narrowed(wish, wish.setpointW, input);
}

function strongestWish(input: DecisionInput): Decision {
  const { image } = input;
  if (goodValue(image.batteryPowerW) === null || goodValue(image.storedEnergyWh) === null) {
    return neutral(
      "safety",
      `the battery is not known: ${image.batteryPowerW.reason ?? "no state of charge"}`,
    );
  }
  if (input.batteryDoubt) return neutral("safety", input.batteryDoubt);
  if (input.gridCommand !== null && input.gridCommand.validUntilMs > input.nowMs) {
    if (goodValue(image.gridPowerW) === null) {
      const why = image.gridPowerW.reason ?? "it does not say";
      return neutral("safety", `the meter is not known, and the connection has limits: ${why}`);
    }
    const { batteryPowerW } = input.gridCommand;
    return {
      setpointW: batteryPowerW,
      authority: "grid-operator",
      reason: `dispatched to ${batteryPowerW} W`,
    };
  }
  if (input.optedOut) return neutral("owner", "the owner has opted out");
  return marketWish(input);
}

function neutral(authority: Authority, reason: string): Decision {
  return { setpointW: null, authority, reason };
}

/** Steers the metered energy of the interval to what was sold or bought, over the time that is left. */
function marketWish({ nowMs, image, position, plannedPowerW, horizonMs }: DecisionInput): Decision {
  if (position === null || position.netSoldWh === 0) {
    if (plannedPowerW == null) return neutral("optimiser", "nothing traded: self-consumption");
    return { setpointW: plannedPowerW, authority: "optimiser", reason: `planned ${plannedPowerW} W` };
  }
  const gridPowerW = goodValue(image.gridPowerW);
  const batteryPowerW = goodValue(image.batteryPowerW);
  if (gridPowerW === null || batteryPowerW === null || position.netImportedWh === null) {
    return neutral(
      "safety",
      `the meter is not known: ${image.gridPowerW.reason ?? "no register at the start"}`,
    );
  }
  const remainingMs = Math.max(position.interval.endMs - nowMs, horizonMs);
  const powerW = positionPowerW(
    gridPowerW + batteryPowerW,
    position.netSoldWh,
    position.netImportedWh,
    remainingMs,
  );
  const verb = position.netSoldWh > 0 ? "deliver" : "take";
  return {
    setpointW: watts(powerW),
    authority: "market",
    reason: `${verb} ${Math.abs(position.netSoldWh)} Wh by ${new Date(position.interval.endMs).toISOString()}`,
  };
}

/** Narrows a wish to what the connection, the battery and its owner's reserve allow until the next decision. */
function narrowed(wish: Decision, wishedW: Watts, input: DecisionInput): Decision {
  const { image, limits, reserveWh, horizonMs } = input;
  const storedWh = goodValue(image.storedEnergyWh) ?? reserveWh;
  const allowedW = boundedPowerW(wishedW, {
    houseW: (goodValue(image.gridPowerW) ?? 0) + (goodValue(image.batteryPowerW) ?? 0),
    pvW: goodValue(image.pvPowerW) ?? 0,
    storedWh,
    capacityWh: goodValue(image.batteryCapacityWh) ?? storedWh,
    reserveWh,
    chargePowerMaxW: goodValue(image.chargePowerMaxW) ?? 0,
    dischargePowerMaxW: goodValue(image.dischargePowerMaxW) ?? 0,
    inverterPowerMaxW: goodValue(image.inverterPowerMaxW) ?? Number.POSITIVE_INFINITY,
    ...limits,
    horizonMs,
  });
  if (allowedW === wishedW) return wish;
  return { ...wish, setpointW: watts(allowedW), reason: `${wish.reason}; held to ${allowedW} W by limits` };
}

/** Net energy promised: sold minus bought. */
export function netSold(soldWh: number, boughtWh: number): WattHours {
  return wattHours(soldWh - boughtWh);
}
