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

const LATE = "SUNSPEC_LEASE_LATE";

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
  /** The end of the command before; a command begins when it has settled. */
  #turn: Promise<unknown> = Promise.resolve();
  /** A command that failed on the wire may have arrived: older ones are refused, it itself may be repeated. */
  #attemptedSequence = Number.NEGATIVE_INFINITY;
  #appliedSequence = Number.NEGATIVE_INFINITY;
  #chargeFromGridBefore: number | null = null;

  constructor(session: SunSpecSession) {
    this.#session = session;
  }

  apply(lease: BatteryLease): Promise<LeaseReceipt> {
    const deadlineMs = this.#session.deadline();
    return this.#inTurn(() => this.#applyNow(lease, deadlineMs));
  }

  release(): Promise<void> {
    const deadlineMs = this.#session.deadline();
    return this.#inTurn(() => this.#releaseNow(deadlineMs));
  }

  #inTurn<Result>(command: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(command);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #applyNow(lease: BatteryLease, deadlineMs: EpochMs): Promise<LeaseReceipt> {
    const refusal = this.#refusalOf(lease);
    if (refusal !== null) return refusal;
    const images = await this.#readImages(deadlineMs);
    if (images === null) return refused("no-battery", "the device has no storage model any more");
    const remainingS = (lease.validUntilMs - this.#session.clock.now()) / 1000;
    const command = planStorageCommand(lease.batteryPowerW, remainingS, images.storage, images.nameplate);
    if ("refusal" in command) return refused("not-confirmed", command.refusal);
    this.#attemptedSequence = lease.sequence;
    try {
      await this.#perform(command.writes, deadlineMs, () => this.#assertInTime(lease));
      return await this.#confirm(lease, command, images.storage, deadlineMs);
    } catch (error) {
      if (isCommonwattError(error, LATE)) return refused("expired", error.message);
      if (exceptionCodeOf(error) === null || (isCommonwattError(error) && error.retryable)) throw error;
      return refused("not-confirmed", messageOf(error));
    }
  }

  #refusalOf({ sequence, validUntilMs }: BatteryLease): LeaseReceipt | null {
    if (sequence <= this.#appliedSequence || sequence < this.#attemptedSequence) {
      return refused("out-of-order", `sequence ${sequence} comes after ${this.#attemptedSequence}`);
    }
    const lateMs = this.#session.clock.now() - validUntilMs;
    return lateMs >= 0 ? refused("expired", `the lease ended ${lateMs} ms ago`) : null;
  }

  /** Asked again just before each write: a lease may end while its requests wait in the queue. */
  #assertInTime({ validUntilMs }: BatteryLease): void {
    const lateMs = this.#session.clock.now() - validUntilMs;
    if (lateMs >= 0) {
      throw new CommonwattError(LATE, `the lease ended ${lateMs} ms ago, while its requests waited`);
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
      this.#assertInTime(lease);
      return refused("not-confirmed", difference);
    }
    this.#appliedSequence = lease.sequence;
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
