import { type Clock, durationMs, type EpochMs, type Timer, type Watts, watts } from "@commonwatt/vpp-core";
import type { DerCommandAnswer, DerServerBattery } from "../opcua/der-home.ts";
import type { Plant } from "./plant.ts";

/**
 * An emulated battery that obeys commands as a careful device does: each ends by itself on the clock, and
 * one that comes late or out of order is refused.
 */
export class OpcuaBattery implements DerServerBattery {
  readonly #plant: Plant;
  readonly #clock: Clock;
  #command: { readonly powerW: Watts; readonly validUntilMs: EpochMs } | null = null;
  #lastSequence = 0;
  #timer: Timer | null = null;

  readonly #neverEnds: boolean;

  /** `neverEnds` makes one that keeps a command until it is released, whatever its end says. */
  constructor(plant: Plant, clock: Clock, neverEnds = false) {
    this.#plant = plant;
    this.#clock = clock;
    this.#neverEnds = neverEnds;
  }

  setActivePower(powerW: Watts, validUntilMs: EpochMs, sequence: number): DerCommandAnswer {
    const now = this.settle();
    if (validUntilMs <= now) return { status: "refused", code: "expired" };
    if (sequence <= this.#lastSequence) return { status: "refused", code: "out-of-order" };
    const { chargePowerMaxW, dischargePowerMaxW } = this.#plant.ratings;
    const appliedPowerW = watts(Math.max(-chargePowerMaxW, Math.min(dischargePowerMaxW, powerW)));
    this.#lastSequence = sequence;
    this.#command = { powerW: appliedPowerW, validUntilMs };
    this.#plant.setBatteryWindow({ minW: appliedPowerW, maxW: appliedPowerW });
    this.#timer?.cancel();
    if (!this.#neverEnds) {
      this.#timer = this.#clock.after(durationMs(validUntilMs - now), () => this.settle());
    }
    return { status: "taken", appliedPowerW };
  }

  release(sequence: number): DerCommandAnswer {
    this.settle();
    if (sequence < this.#lastSequence) return { status: "refused", code: "out-of-order" };
    this.#lastSequence = sequence;
    this.#end();
    return { status: "taken", appliedPowerW: this.#plant.state().batteryPowerW };
  }

  setpointW(): Watts | null {
    this.settle();
    return this.#command?.powerW ?? null;
  }

  lastSequence(): number {
    return this.#lastSequence;
  }

  /** Brings the plant up to now; a command that has ended on the way ended when it was due, not later. */
  settle(): EpochMs {
    const now = this.#clock.now();
    if (!this.#neverEnds && this.#command !== null && this.#command.validUntilMs <= now) {
      this.#plant.advanceTo(this.#command.validUntilMs);
      this.#end();
    }
    this.#plant.advanceTo(now);
    return now;
  }

  /** Lets go of the timer; the plant keeps what it was told. */
  close(): void {
    this.#timer?.cancel();
  }

  #end(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#command = null;
    this.#plant.setBatteryWindow(null);
  }
}
