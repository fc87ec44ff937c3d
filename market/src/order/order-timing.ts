import type { OrderTiming } from "@commonwatt/vpp-core";

/** Whether a value says how long an order holds. */
export function isTiming(value: unknown): value is OrderTiming {
  if (typeof value !== "object" || value === null) return false;
  const { inForce, expiresAtMs } = value as { readonly inForce?: unknown; readonly expiresAtMs?: unknown };
  if (inForce !== "good-till-time")
    return (inForce === "immediate-or-cancel" || inForce === "fill-or-kill") && expiresAtMs === undefined;
  return Number.isSafeInteger(expiresAtMs) && (expiresAtMs as number) >= 0;
}
