import {
  CommonwattError,
  type EpochMs,
  isCommonwattError,
  type LeaseRefusal,
  messageOf,
} from "@commonwatt/vpp-core";
import { LeaseGate, lateRefusal } from "../lease/lease-gate.ts";
import { exceptionCodeOf } from "../modbus/modbus-errors.ts";
import { isInLocalControl } from "./battery-limits.ts";
import type { CommandImages, CommandRecipe, ModelCommand, ModelWrite } from "./model-command.ts";
import { pointOf } from "./model-definition.ts";
import type { ModelImage } from "./model-image.ts";
import type { ModelRole } from "./model-role.ts";
import type { ModelWear } from "./model-wear.ts";
import type { SunSpecSession } from "./sunspec-session.ts";

/** A power to hold until a time, in the order of `sequence`. */
export interface PowerLease {
  readonly powerW: number;
  readonly validUntilMs: EpochMs;
  readonly sequence: number;
}

/** What became of a lease. */
export type PowerReceipt =
  | { readonly status: "applied"; readonly appliedPowerW: number }
  | { readonly status: "refused"; readonly code: LeaseRefusal; readonly message: string };

function refused(code: LeaseRefusal, message: string): PowerReceipt {
  return { status: "refused", code, message };
}

/** Commands one model of a device, one command after the other, each written, read back and compared. */
export class ModelControl {
  readonly #session: SunSpecSession;
  readonly #recipe: CommandRecipe;
  readonly #wear: ModelWear | null;
  readonly #gate: LeaseGate;

  /** `wear` is `null` where nothing is known to wear out. */
  constructor(session: SunSpecSession, recipe: CommandRecipe, wear: ModelWear | null) {
    this.#session = session;
    this.#recipe = recipe;
    this.#wear = wear;
    this.#gate = new LeaseGate(session.clock);
  }

  apply(lease: PowerLease): Promise<PowerReceipt> {
    const deadlineMs = this.#session.deadline();
    return this.#gate.inTurn(() => this.#applyNow(lease, deadlineMs));
  }

  release(): Promise<void> {
    const deadlineMs = this.#session.deadline();
    return this.#gate.inTurn(() => this.#releaseNow(deadlineMs));
  }

  async #applyNow(lease: PowerLease, deadlineMs: EpochMs): Promise<PowerReceipt> {
    const refusal = this.#gate.refusalOf(lease);
    if (refusal !== null) return refusal;
    const { role, refusalWithoutModel } = this.#recipe;
    const images = await this.#readImages(deadlineMs);
    if (images === null) return refused(refusalWithoutModel, `the device has no ${role} model any more`);
    if (isInLocalControl(images))
      return refused("local-control", "somebody on site has taken over the device");
    const remainingS = (lease.validUntilMs - this.#session.clock.now()) / 1000;
    const command = this.#recipe.plan(lease.powerW, remainingS, images);
    if ("refusal" in command) return refused("not-confirmed", command.refusal);
    const writes = this.#needed(command.writes, images);
    const exceeded = await this.#claim(writes, images, deadlineMs);
    if (exceeded !== null) return refused("write-budget", exceeded);
    this.#gate.noteAttempt(lease);
    try {
      await this.#perform(writes, deadlineMs, () => this.#gate.assertInTime(lease));
      return await this.#confirm(lease, command, images, deadlineMs);
    } catch (error) {
      const late = lateRefusal(error);
      if (late !== null) return late;
      if (exceptionCodeOf(error) === null || (isCommonwattError(error) && error.retryable)) throw error;
      return refused("not-confirmed", messageOf(error));
    }
  }

  async #readImages(deadlineMs: EpochMs): Promise<CommandImages | null> {
    await this.#session.verify(deadlineMs);
    let images = await this.#readOnce(deadlineMs);
    if (await this.#session.verify(deadlineMs)) images = await this.#readOnce(deadlineMs);
    return images;
  }

  async #readOnce(deadlineMs: EpochMs): Promise<CommandImages | null> {
    const { role, alsoReads } = this.#recipe;
    const images = new Map<ModelRole, ModelImage>();
    for (const each of [role, ...alsoReads]) {
      const image = await this.#session.read(each, deadlineMs);
      if (image !== null) images.set(each, image);
    }
    return images.has(role) ? images : null;
  }

  async #perform(writes: readonly ModelWrite[], deadlineMs: EpochMs, check: () => void): Promise<void> {
    const { generation } = this.#session;
    const { role } = this.#recipe;
    const beforeSend = (): void => {
      check();
      // A new connection may lead to another device: never finish a command there that began elsewhere.
      if (this.#session.generation === generation) return;
      throw new CommonwattError("MODBUS_CONNECTION_LOST", "the connection changed during a command", {
        retryable: true,
      });
    };
    for (const { point, values } of writes) {
      const definition = this.#session.map.models.get(role)?.definition;
      if (definition === undefined) return;
      const { offset } = pointOf(definition, point, false);
      await this.#session.write(role, offset, values, { deadlineMs, beforeSend });
    }
  }

  #needed(writes: readonly ModelWrite[], images: CommandImages): readonly ModelWrite[] {
    const before = images.get(this.#recipe.role);
    return this.#wear === null || before === undefined ? writes : this.#wear.needed(writes, before);
  }

  async #claim(
    writes: readonly ModelWrite[],
    images: CommandImages,
    deadlineMs: EpochMs,
  ): Promise<string | null> {
    const before = images.get(this.#recipe.role);
    if (this.#wear === null || before === undefined) return null;
    return this.#wear.claim(writes, this.#recipe.planRelease(images), before, deadlineMs);
  }

  async #confirm(
    lease: PowerLease,
    command: ModelCommand,
    images: CommandImages,
    deadlineMs: EpochMs,
  ): Promise<PowerReceipt> {
    const after = await this.#session.read(this.#recipe.role, deadlineMs);
    const difference =
      after === null ? "the model is gone" : this.#recipe.differenceFrom(after, command.writes);
    if (difference === null) {
      this.#gate.noteApplied(lease);
      return { status: "applied", appliedPowerW: command.appliedPowerW };
    }
    this.#gate.assertInTime(lease);
    // What cannot be confirmed must not stay, least of all with a timer that does not run.
    await this.#performRelease(this.#recipe.planRelease(images), images, deadlineMs);
    return refused("not-confirmed", difference);
  }

  /** Never refused for wear: a device left running costs more than a write. */
  async #performRelease(
    writes: readonly ModelWrite[],
    images: CommandImages,
    deadlineMs: EpochMs,
  ): Promise<void> {
    const model = images.get(this.#recipe.role);
    if (model !== undefined) this.#wear?.noteWayBack(writes, model);
    await this.#perform(writes, deadlineMs, () => undefined);
  }

  async #releaseNow(deadlineMs: EpochMs): Promise<void> {
    const images = await this.#readImages(deadlineMs);
    if (images === null) return;
    const writes = this.#recipe.planRelease(images);
    await this.#performRelease(this.#needed(writes, images), images, deadlineMs);
    const after = await this.#session.read(this.#recipe.role, deadlineMs);
    const difference = after === null ? null : this.#recipe.differenceFrom(after, writes);
    if (difference !== null) {
      throw new CommonwattError("SUNSPEC_RELEASE_NOT_CONFIRMED", difference, { retryable: true });
    }
    this.#recipe.forget?.();
  }
}
