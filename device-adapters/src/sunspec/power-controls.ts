import {
  type BatteryControl,
  type BatteryLease,
  type LeaseReceipt,
  type PvLimitControl,
  type PvLimitLease,
  type PvLimitReceipt,
  roundToWatts,
} from "@commonwatt/vpp-core";
import type { ControllerHeartbeat } from "./heartbeat.ts";
import { ModelControl, type PowerLease, type PowerReceipt } from "./model-control.ts";
import type { PlacedModels } from "./model-role.ts";
import type { ModelWear } from "./model-wear.ts";
import { AcLimitRecipe, ImmediateLimitRecipe } from "./pv-limit-recipe.ts";
import { SetpointRecipe } from "./setpoint-recipe.ts";
import { StorageRecipe } from "./storage-recipe.ts";
import type { SunSpecSession } from "./sunspec-session.ts";

/** The control over a battery: by model 124, else by 704; `null` when the device has neither. */
export function batteryControlOf(
  session: SunSpecSession,
  heartbeat: ControllerHeartbeat,
  wear: ModelWear | null,
): BatteryControl | null {
  const { models } = session.map;
  const control = batteryModelControl(session, models, wear);
  if (control === null) return null;
  return {
    apply: async ({ batteryPowerW, validUntilMs, sequence }: BatteryLease): Promise<LeaseReceipt> => {
      const lease = { powerW: batteryPowerW, validUntilMs, sequence };
      const receipt = await applyWithHeartbeat(control, lease, heartbeat);
      if (receipt.status === "refused") return receipt;
      return { status: "applied", appliedPowerW: roundToWatts(receipt.appliedPowerW) };
    },
    release: async () => {
      heartbeat.stop();
      await control.release();
    },
  };
}

function batteryModelControl(
  session: SunSpecSession,
  models: PlacedModels,
  wear: ModelWear | null,
): ModelControl | null {
  if (models.has("storage")) {
    return new ModelControl(session, new StorageRecipe(() => session.map.identity), wear);
  }
  const hasBattery = models.has("storageCapacity") || models.has("batteryBank");
  return hasBattery && models.has("acControls")
    ? new ModelControl(session, new SetpointRecipe(), wear)
    : null;
}

/** The control over the solar power: by model 704, whose timer can be proven, else by 123; or `null`. */
export function pvLimitControlOf(
  session: SunSpecSession,
  heartbeat: ControllerHeartbeat,
  wear: ModelWear | null,
): PvLimitControl | null {
  const { models } = session.map;
  const isLimitable = models.has("acControls") || models.has("immediateControls");
  if (!session.map.capabilities.has("pv") || !isLimitable) return null;
  const recipe = models.has("acControls") ? new AcLimitRecipe() : new ImmediateLimitRecipe();
  const control = new ModelControl(session, recipe, wear);
  return {
    apply: async ({ pvPowerMaxW, validUntilMs, sequence }: PvLimitLease): Promise<PvLimitReceipt> => {
      const lease = { powerW: pvPowerMaxW, validUntilMs, sequence };
      const receipt = await applyWithHeartbeat(control, lease, heartbeat);
      if (receipt.status === "refused") return receipt;
      return { status: "applied", appliedPowerMaxW: roundToWatts(receipt.appliedPowerW) };
    },
    release: () => control.release(),
  };
}

async function applyWithHeartbeat(
  control: ModelControl,
  lease: PowerLease,
  heartbeat: ControllerHeartbeat,
): Promise<PowerReceipt> {
  const receipt = await control.apply(lease);
  if (receipt.status === "applied") heartbeat.beatUntil(lease.validUntilMs);
  return receipt;
}
