import type { DeviceIdentity, EpochMs } from "@commonwatt/vpp-core";
import { LIMIT_ROLES } from "./battery-limits.ts";
import type {
  CommandImages,
  CommandRecipe,
  CommandRefusal,
  ModelCommand,
  ModelWrite,
} from "./model-command.ts";
import { type ModelImage, rawNumberAt } from "./model-image.ts";
import type { ModelRole } from "./model-role.ts";
import { differenceFrom, planStorageCommand, planStorageRelease } from "./storage-command.ts";

/** ChaSt of model 124. */
const DISCHARGING = 3;
const CHARGING = 4;
/** How long a battery may take to turn round. */
const TURN_MS = 10_000;
/** Fronius charges at some 500 W when it is given other than multiples of 10 W. */
const FRONIUS_STEP_W = 10;

type Direction = "charge" | "discharge";

/** Commands a battery by the rates of model 124. */
export class StorageRecipe implements CommandRecipe {
  readonly role = "storage";
  readonly alsoReads: readonly ModelRole[] = LIMIT_ROLES.filter((role) => role !== this.role);
  readonly refusalWithoutModel = "no-battery";
  readonly #identity: () => DeviceIdentity;
  /** ChaGriSet before the first command; a release gives it back. */
  #chargeFromGridBefore: number | null = null;
  #told: { readonly direction: Direction; readonly sinceMs: EpochMs } | null = null;

  constructor(identity: () => DeviceIdentity) {
    this.#identity = identity;
  }

  plan(powerW: number, durationS: number, images: CommandImages): ModelCommand | CommandRefusal {
    const storage = images.get("storage");
    if (storage === undefined) return { refusal: "the device has no storage model" };
    const stepW = /fronius/i.test(this.#identity().manufacturer) ? FRONIUS_STEP_W : 1;
    const command = planStorageCommand(powerW, durationS, storage, images, stepW);
    if ("writes" in command && command.writes.some(({ point }) => point === "ChaGriSet")) {
      const setting = rawNumberAt(storage, "ChaGriSet");
      if (setting.status === "good") this.#chargeFromGridBefore ??= setting.value;
    }
    return command;
  }

  planRelease(images: CommandImages): readonly ModelWrite[] {
    const storage = images.get("storage");
    return storage === undefined ? [] : planStorageRelease(storage, this.#chargeFromGridBefore);
  }

  differenceFrom(after: ModelImage, writes: readonly ModelWrite[]): string | null {
    return differenceFrom(after, writes) ?? this.#contradiction(after, writes);
  }

  forget(): void {
    this.#chargeFromGridBefore = null;
    this.#told = null;
  }

  /** Some devices take every register and go on as before: a while later, ChaSt says what they do. */
  #contradiction(after: ModelImage, writes: readonly ModelWrite[]): string | null {
    const direction = directionOf(writes);
    if (direction === null || direction !== this.#told?.direction) {
      this.#told = direction === null ? null : { direction, sinceMs: after.sourceTimeMs };
      return null;
    }
    const status = rawNumberAt(after, "ChaSt");
    const opposite = direction === "charge" ? DISCHARGING : CHARGING;
    if (after.sourceTimeMs - this.#told.sinceMs < TURN_MS || status.status !== "good") return null;
    if (status.value !== opposite) return null;
    this.#told = null;
    return `told to ${direction}, the device took it, and ChaSt still reads ${status.value}`;
  }
}

function directionOf(writes: readonly ModelWrite[]): Direction | null {
  const [out = 0, into = 0] = writes.find(({ point }) => point === "OutWRte")?.values ?? [];
  if (out > 0x7fff) return "charge";
  return into > 0x7fff ? "discharge" : null;
}
