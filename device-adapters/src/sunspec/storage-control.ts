import {
  type BatteryControl,
  type BatteryLease,
  CommonwattError,
  type EpochMs,
  isCommonwattError,
  type LeaseReceipt,
  type LeaseRefusal,
  messageOf,
} from "@commonwatt/vpp-core";
import { LeaseGate, lateRefusal } from "../lease/lease-gate.ts";
import { exceptionCodeOf } from "../modbus/modbus-errors.ts";
import { pointOf } from "./model-definition.ts";
import { type ModelImage, rawNumberAt } from "./model-image.ts";
import { storageModel } from "./models/storage-model.ts";
import {
  differenceFrom,
  planStorageCommand,
  planStorageRelease,
  type StorageCommand,
  type StorageWrite,
} from "./storage-command.ts";
import type { SunSpecSession } from "./sunspec-session.ts";

function refused(code: LeaseRefusal, message: string): LeaseReceipt {
  return { status: "refused", code, message };
}

interface StorageImages {
  readonly storage: ModelImage;
  readonly nameplate: ModelImage | null;
}

/** Commands a battery by model 124, one command after the other. */
export class StorageControl implements BatteryControl {
  readonly #session: SunSpecSession;
  readonly #gate: LeaseGate;
  #chargeFromGridBefore: number | null = null;

  constructor(session: SunSpecSession) {
    this.#session = session;
    this.#gate = new LeaseGate(session.clock);
  }

  apply(lease: BatteryLease): Promise<LeaseReceipt> {
    const deadlineMs = this.#session.deadline();
    return this.#gate.inTurn(() => this.#applyNow(lease, deadlineMs));
  }

  release(): Promise<void> {
    const deadlineMs = this.#session.deadline();
    return this.#gate.inTurn(() => this.#releaseNow(deadlineMs));
  }

  async #applyNow(lease: BatteryLease, deadlineMs: EpochMs): Promise<LeaseReceipt> {
    const refusal = this.#gate.refusalOf(lease);
    if (refusal !== null) return refusal;
    const images = await this.#readImages(deadlineMs);
    if (images === null) return refused("no-battery", "the device has no storage model any more");
    const remainingS = (lease.validUntilMs - this.#session.clock.now()) / 1000;
    const command = planStorageCommand(lease.batteryPowerW, remainingS, images.storage, images.nameplate);
    if ("refusal" in command) return refused("not-confirmed", command.refusal);
    this.#gate.noteAttempt(lease);
    try {
      await this.#perform(command.writes, deadlineMs, () => this.#gate.assertInTime(lease));
      return await this.#confirm(lease, command, images.storage, deadlineMs);
    } catch (error) {
      const late = lateRefusal(error);
      if (late !== null) return late;
      if (exceptionCodeOf(error) === null || (isCommonwattError(error) && error.retryable)) throw error;
      return refused("not-confirmed", messageOf(error));
    }
  }

  async #readImages(deadlineMs: EpochMs): Promise<StorageImages | null> {
    await this.#session.verify(deadlineMs);
    let images = await this.#readOnce(deadlineMs);
    if (await this.#session.verify(deadlineMs)) images = await this.#readOnce(deadlineMs);
    return images;
  }

  async #readOnce(deadlineMs: EpochMs): Promise<StorageImages | null> {
    const storage = await this.#session.read("storage", deadlineMs);
    if (storage === null) return null;
    return { storage, nameplate: await this.#session.read("nameplate", deadlineMs) };
  }

  async #perform(writes: readonly StorageWrite[], deadlineMs: EpochMs, check: () => void): Promise<void> {
    const { generation } = this.#session;
    const beforeSend = (): void => {
      check();
      // A new connection may lead to another device: never finish a command there that began elsewhere.
      if (this.#session.generation === generation) return;
      throw new CommonwattError("MODBUS_CONNECTION_LOST", "the connection changed during a command", {
        retryable: true,
      });
    };
    for (const { point, values } of writes) {
      const { offset } = pointOf(storageModel, point, false);
      await this.#session.write("storage", offset, values, { deadlineMs, beforeSend });
    }
  }

  async #confirm(
    lease: BatteryLease,
    command: StorageCommand,
    before: ModelImage,
    deadlineMs: EpochMs,
  ): Promise<LeaseReceipt> {
    if (command.writes.some(({ point }) => point === "ChaGriSet")) {
      const setting = rawNumberAt(before, "ChaGriSet");
      if (setting.status === "good") this.#chargeFromGridBefore ??= setting.value;
    }
    const after = await this.#session.read("storage", deadlineMs);
    const difference = after === null ? "the storage model is gone" : differenceFrom(after, command.writes);
    if (difference !== null) {
      this.#gate.assertInTime(lease);
      return refused("not-confirmed", difference);
    }
    this.#gate.noteApplied(lease);
    return { status: "applied", appliedPowerW: command.appliedPowerW };
  }

  async #releaseNow(deadlineMs: EpochMs): Promise<void> {
    const images = await this.#readImages(deadlineMs);
    if (images === null) return;
    const writes = planStorageRelease(images.storage, this.#chargeFromGridBefore);
    await this.#perform(writes, deadlineMs, () => undefined);
    const after = await this.#session.read("storage", deadlineMs);
    const difference = after === null ? null : differenceFrom(after, writes);
    if (difference !== null) {
      throw new CommonwattError("SUNSPEC_RELEASE_NOT_CONFIRMED", difference, { retryable: true });
    }
    this.#chargeFromGridBefore = null;
  }
}
