import {
  type BatteryControl,
  type BatteryLease,
  type BatteryResponse,
  CommonwattError,
  type DeviceContext,
  type DeviceId,
  durationMs,
  type EpochMs,
  epochMs,
  isCommonwattError,
  type LeaseReceipt,
  type LeaseRefusal,
  messageOf,
  type Timer,
  USUAL_RESPONSE,
  watts,
} from "@commonwatt/vpp-core";
import { LeaseGate, lateRefusal } from "../lease/lease-gate.ts";
import { WriteBudget } from "../lease/write-budget.ts";
import { exceptionCodeOf } from "../modbus/modbus-errors.ts";
import { whileBusy } from "./busy.ts";
import type { BatteryProfile, RegisterMapProfile } from "./profile.ts";
import { hindranceIn, limitsNow, registersOfLimits } from "./profile-limits.ts";
import { type ConfiguredValues, ProfileValues } from "./profile-values.ts";
import type { ProfileWire } from "./profile-wire.ts";
import { differenceIn, isUnchanged } from "./read-back.ts";
import { type PlannedWrite, planNeutral, planRecipe } from "./recipe-plan.ts";
import type { RegisterBytes, RegisterReader } from "./register-reader.ts";

/** The name of our command in the budget of writes. */
const BATTERY = "battery";
/** How soon a device that could not be returned to neutral is tried again. */
const RETRY_RELEASE_MS = 5_000;

function refused(code: LeaseRefusal, message: string): LeaseReceipt {
  return { status: "refused", code, message };
}

/** What a command needs to know about its device. */
export interface ProfileBatterySettings {
  readonly id: DeviceId;
  readonly profile: RegisterMapProfile;
  readonly battery: BatteryProfile;
  readonly configured: ConfiguredValues;
  readonly wire: ProfileWire;
  readonly reader: RegisterReader;
  readonly context: DeviceContext;
  readonly timeoutMs: number;
}

/**
 * Commands a battery by the recipe of its profile, one command after the other. Where the device cannot end
 * a command by itself to the second, the end of the lease is kept here.
 */
export class ProfileBattery implements BatteryControl {
  readonly response: BatteryResponse;
  readonly #settings: ProfileBatterySettings;
  readonly #gate: LeaseGate;
  readonly #budget: WriteBudget;
  #end: Timer | null = null;

  constructor(settings: ProfileBatterySettings) {
    this.#settings = settings;
    this.#gate = new LeaseGate(settings.context.clock);
    const { id: deviceId, battery, context } = settings;
    const perDayMax = battery.eepromWritesPerDayMax ?? 0;
    this.#budget = new WriteBudget({ deviceId, context, perDayMax });
    this.response = responseOf(battery);
  }

  apply(lease: BatteryLease): Promise<LeaseReceipt> {
    const deadlineMs = this.#deadline();
    return this.#gate.inTurn(() => this.#applyNow(lease, deadlineMs));
  }

  release(): Promise<void> {
    const deadlineMs = this.#deadline();
    return this.#gate.inTurn(() => this.#releaseNow(deadlineMs));
  }

  /** Forgets the end it keeps: nobody is there to tell the device. */
  stop(): void {
    this.#end?.cancel();
    this.#end = null;
  }

  #deadline(): EpochMs {
    return epochMs(this.#settings.context.wallClock.now() + this.#settings.timeoutMs);
  }

  async #applyNow(lease: BatteryLease, deadlineMs: EpochMs): Promise<LeaseReceipt> {
    const refusal = this.#gate.refusalOf(lease);
    if (refusal !== null) return refusal;
    const { profile, battery, configured, context } = this.#settings;
    const before = await this.#readBefore(deadlineMs);
    const hindrance = hindranceIn(battery, new ProfileValues(profile, before, configured));
    if (hindrance !== null) return refused("local-control", hindrance);
    const limits = this.#limitsIn(before);
    if ("refusal" in limits) return refused("not-confirmed", limits.refusal);
    const remainingS = (lease.validUntilMs - context.clock.now()) / 1_000;
    const plan = planRecipe(profile, { powerW: lease.batteryPowerW, ...limits, remainingS });
    const writes = plan.writes.filter((write) => !isUnchanged(write, before));
    const wayBack = planNeutral(profile, limits).filter(
      (write) => !isUnchanged(write, before) || writes.some(({ name }) => name === write.name),
    );
    const wear = { writes: writes.filter(wears).length, wayBack: wayBack.filter(wears).length };
    const exceeded = await this.#budget.claim({ command: BATTERY, ...wear }, deadlineMs);
    if (exceeded !== null) return refused("write-budget", exceeded);
    this.#gate.noteAttempt(lease);
    try {
      // From the first write on the device may hold the command, whatever becomes of the rest.
      this.#keepEnd(lease);
      await this.#perform(writes, deadlineMs, () => this.#gate.assertInTime(lease));
      const difference = await this.#differenceAfter(plan.writes, deadlineMs);
      if (difference !== null) {
        this.#gate.assertInTime(lease);
        return refused("not-confirmed", difference);
      }
    } catch (error) {
      const late = lateRefusal(error);
      if (late !== null) return late;
      if (exceptionCodeOf(error) === null || (isCommonwattError(error) && error.retryable)) throw error;
      return refused("not-confirmed", messageOf(error));
    }
    this.#gate.noteApplied(lease);
    return { status: "applied", appliedPowerW: plan.appliedPowerW };
  }

  /** Reads what limits a command, what must be so, and what is only written when it changes. */
  #readBefore(deadlineMs: EpochMs): Promise<RegisterBytes> {
    const { profile, battery, reader } = this.#settings;
    const wearing = [...battery.charge, ...battery.discharge, ...battery.neutral]
      .map(({ register }) => register)
      .filter((name) => profile.registers[name]?.write?.storage === "eeprom");
    return reader.read([...registersOfLimits(profile, battery), ...wearing], deadlineMs);
  }

  #limitsIn(
    before: RegisterBytes,
  ): { readonly chargeMaxW: number; readonly dischargeMaxW: number } | { readonly refusal: string } {
    const { profile, battery, configured } = this.#settings;
    const values = new ProfileValues(profile, before, configured);
    const { charge, discharge } = limitsNow(profile, battery, values, configured);
    if (charge.power.status !== "good") return { refusal: `charge power limit: ${charge.power.reason}` };
    if (discharge.power.status !== "good") {
      return { refusal: `discharge power limit: ${discharge.power.reason}` };
    }
    return { chargeMaxW: charge.power.value, dischargeMaxW: discharge.power.value };
  }

  async #perform(writes: readonly PlannedWrite[], deadlineMs: EpochMs, check: () => void): Promise<void> {
    const { wire, context } = this.#settings;
    const { generation } = wire;
    const beforeSend = (): void => {
      check();
      // A new connection may lead to another device: never finish a command there that began elsewhere.
      if (wire.profile.hangUpAfterRequest === true || wire.generation === generation) return;
      throw new CommonwattError("MODBUS_CONNECTION_LOST", "the connection changed during a command", {
        retryable: true,
      });
    };
    for (const { register, words } of writes) {
      await whileBusy(context.wallClock, deadlineMs, () =>
        wire.write(register, words, { deadlineMs, beforeSend }),
      );
    }
  }

  async #differenceAfter(writes: readonly PlannedWrite[], deadlineMs: EpochMs): Promise<string | null> {
    const readable = writes.filter(({ register }) => register.write?.readBack !== "none");
    if (readable.length === 0) return null;
    const names = readable.map(({ name }) => name);
    return differenceIn(readable, await this.#settings.reader.read(names, deadlineMs));
  }

  async #releaseNow(deadlineMs: EpochMs): Promise<void> {
    const { profile } = this.#settings;
    const before = await this.#readBefore(deadlineMs);
    const limits = this.#limitsIn(before);
    const writes = planNeutral(profile, "refusal" in limits ? { chargeMaxW: 0, dischargeMaxW: 0 } : limits);
    // Back to neutral is never refused for wear: a battery left running costs more than a write.
    const changed = writes.filter((write) => !isUnchanged(write, before));
    this.#budget.noteWayBack(BATTERY, changed.filter(wears).length);
    await this.#perform(changed, deadlineMs, () => undefined);
    const difference = await this.#differenceAfter(writes, deadlineMs);
    if (difference !== null) {
      throw new CommonwattError("PROFILE_RELEASE_NOT_CONFIRMED", difference, { retryable: true });
    }
    this.stop();
  }

  #keepEnd(lease: BatteryLease): void {
    const { battery, profile, context } = this.#settings;
    const { kind, register, reliable } = battery.nativeTimer;
    const unit = register === undefined ? undefined : profile.registers[register]?.unit;
    this.stop();
    if (kind === "register" && unit === "s" && reliable) return;
    this.#releaseAfter(lease.validUntilMs - context.clock.now());
  }

  #releaseAfter(waitMs: number): void {
    const { clock, logger } = this.#settings.context;
    const timer = clock.after(durationMs(Math.max(0, waitMs)), () => {
      const deadlineMs = this.#deadline();
      this.#gate
        .inTurn(async () => {
          // A newer command has taken over, or the device was released in the meantime.
          if (this.#end === timer) await this.#releaseNow(deadlineMs);
        })
        .catch((error: unknown) => {
          logger.warn({ error: messageOf(error) }, "the lease ended, and the battery is not neutral yet");
          if (this.#end === timer) this.#releaseAfter(RETRY_RELEASE_MS);
        });
    });
    this.#end = timer;
  }
}

function wears({ register }: PlannedWrite): boolean {
  return register.write?.storage === "eeprom";
}

function responseOf({ response = {} }: BatteryProfile): BatteryResponse {
  const { settleS, toleranceW, tolerancePercent } = response;
  return {
    settleMs: settleS === undefined ? USUAL_RESPONSE.settleMs : durationMs(1_000 * settleS),
    toleranceW: toleranceW === undefined ? USUAL_RESPONSE.toleranceW : watts(toleranceW),
    tolerancePercent: tolerancePercent ?? USUAL_RESPONSE.tolerancePercent,
  };
}
