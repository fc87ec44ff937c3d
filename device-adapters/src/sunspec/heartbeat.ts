import { durationMs, type EpochMs, type Timer } from "@commonwatt/vpp-core";
import { registersFor } from "./model-command.ts";
import { pointOf } from "./model-definition.ts";
import { type ModelImage, rawNumberAt } from "./model-image.ts";
import type { ModelRole } from "./model-role.ts";
import type { SunSpecSession } from "./sunspec-session.ts";

const BEAT_MS = durationMs(1_000);
/** Below the sentinels of uint16 and uint32 alike; both sides may begin anew at any time. */
const BEAT_MAX = 0xfffe;
/** A device that counts every second and has not for so long is no longer alive behind its registers. */
const STILL_MS = 10_000;

/** The points by which a controller shows that it is there. */
const CONTROLLER_POINTS: readonly (readonly [ModelRole, string])[] = [
  ["derControl", "ControllerHb"],
  ["batteryBank", "CtrlHb"],
];

/** The points by which a device shows that it is there. */
const DEVICE_POINTS: readonly (readonly [ModelRole, string])[] = [
  ["derControl", "DERHb"],
  ["batteryBank", "Hb"],
];

/** Counts up in the device once a second while a command runs, where the device wants to see that. */
export class ControllerHeartbeat {
  readonly #session: SunSpecSession;
  #timer: Timer | null = null;
  #untilMs: EpochMs | null = null;
  #count = 0;

  constructor(session: SunSpecSession) {
    this.#session = session;
  }

  /** Beats until a time, on the domain's clock. */
  beatUntil(untilMs: EpochMs): void {
    if (!CONTROLLER_POINTS.some(([role]) => this.#session.map.models.has(role))) return;
    this.#untilMs = untilMs;
    if (this.#timer === null) this.#schedule();
  }

  /** Stops at once. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#untilMs = null;
  }

  #schedule(): void {
    this.#timer = this.#session.wallClock.after(BEAT_MS, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    if (this.#untilMs === null || this.#session.clock.now() >= this.#untilMs) return this.stop();
    this.#count = (this.#count % BEAT_MAX) + 1;
    for (const [role, name] of CONTROLLER_POINTS) await this.#write(role, name).catch(() => undefined);
    if (this.#untilMs !== null) this.#schedule();
  }

  /** A beat that is lost is not sent again: the next one says the same. */
  async #write(role: ModelRole, name: string): Promise<void> {
    const definition = this.#session.map.models.get(role)?.definition;
    if (definition === undefined) return;
    const values = registersFor(definition, name, this.#count);
    const deadlineMs = this.#session.deadline();
    await this.#session.write(role, pointOf(definition, name, false).offset, values, { deadlineMs });
  }
}

/** Watches the device's own count. */
export class DeviceHeartbeat {
  #last: { readonly beats: string; readonly sinceMs: EpochMs } | null = null;

  /** Looks at the models of a cycle. Why they are not to be trusted, as a sentence; `null` when they are. */
  judge(imageOf: (role: ModelRole) => ModelImage | null, nowMs: EpochMs): string | null {
    const beats = DEVICE_POINTS.flatMap(([role, name]) => {
      const image = imageOf(role);
      const beat = image === null ? null : rawNumberAt(image, name);
      return beat?.status === "good" ? [`${name} ${beat.value}`] : [];
    }).join(", ");
    if (beats === "") {
      this.#last = null;
      return null;
    }
    if (this.#last?.beats !== beats) this.#last = { beats, sinceMs: nowMs };
    const stillMs = nowMs - this.#last.sinceMs;
    return stillMs < STILL_MS ? null : `the device's heartbeat (${beats}) has stood still for ${stillMs} ms`;
  }
}
