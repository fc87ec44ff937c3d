import {
  type BatteryControl,
  type BatteryLease,
  type Clock,
  durationMs,
  type LeaseReceipt,
  type Logger,
  messageOf,
  roundToWatts,
  type Timer,
} from "@commonwatt/vpp-core";
import type { StatusCode, VariantOptions } from "node-opcua";
import { LeaseGate, lateRefusal } from "../lease/lease-gate.ts";
import type { DerSetpointNodes } from "./der-model.ts";
import { numberOf, uint64 } from "./numbers.ts";
import { badStatus, opcuaError } from "./opcua-errors.ts";
import type { OpcuaLibrary } from "./opcua-library.ts";
import type { OpcuaLink } from "./opcua-link.ts";

/** How often the counter goes up while a lease runs. */
const BEAT_MS = 1_000;
/** How soon a battery that could not be released is tried again. */
const RETRY_RELEASE_MS = 5_000;
/** Counters begin anew before they leave the smallest type that a server may use for one. */
const COUNTER_MAX = 32_767;
/** What a server answers that does not let us write. */
const DENIED: ReadonlySet<string> = new Set([
  "BadNotWritable",
  "BadUserAccessDenied",
  "BadWriteNotSupported",
]);

/** A setpoint and its watchdog on one server, with the types of their values. */
export interface FoundSetpoint {
  readonly setpoint: string;
  readonly setpointType: number;
  /** What one unit of the setpoint is worth in watts, with its sign. */
  readonly factor: number;
  readonly neutral: number;
  readonly watchdog: string;
  readonly watchdogType: number;
  /** What the counter read: counting goes on from there, because a value that it has already is no beat. */
  readonly counted: number;
}

/** Looks at the two nodes; `null` when one has no number. */
export async function findSetpoint(
  link: OpcuaLink,
  nodes: DerSetpointNodes,
  resolve: (nodeId: string) => string,
): Promise<FoundSetpoint | null> {
  const {
    node,
    scale = 1,
    sign = 1,
  } = typeof nodes.setpoint === "string" ? { node: nodes.setpoint } : nodes.setpoint;
  const [setpoint, watchdog] = [resolve(node), resolve(nodes.watchdog)];
  const [power, counter] = await link.read([setpoint, watchdog]);
  if (power === undefined || counter === undefined) return null;
  const counted = numberOf(counter.value.value);
  if (numberOf(power.value.value) === null || counted === null) return null;
  return {
    setpoint,
    setpointType: power.value.dataType,
    factor: scale * sign,
    neutral: nodes.neutral ?? 0,
    watchdog,
    watchdogType: counter.value.dataType,
    counted: Math.trunc(Math.abs(counted)),
  };
}

/** What setpoint control needs from the device it belongs to. */
export interface SetpointContext {
  readonly endpointUrl: string;
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly logger: Logger;
  /** The link that is up now, with the nodes as it knows them; throws when none is up. */
  current(): { readonly link: OpcuaLink; readonly nodes: FoundSetpoint };
  /** The limits that are known now, in watts; `null` where one is not known. */
  limits(): { readonly chargeMaxW: number | null; readonly dischargeMaxW: number | null };
}

/**
 * Commands a battery on a server without methods. Setpoint and counter go in one request, so that neither
 * arrives without the other. A request goes out once, on a link that is up, while its lease runs. What a
 * network holds back and delivers late is in force until the server's watchdog ends it, or until we are
 * connected again, whichever is sooner.
 *
 * A lease is held by feeding the watchdog, whatever its power, the neutral one too; it is released by feeding it
 * no more and writing the neutral setpoint. So a server whose neutral value gives the battery back does so at
 * once, and one that goes by its watchdog alone when that has run out.
 */
export class SetpointControl implements BatteryControl {
  readonly #context: SetpointContext;
  readonly #gate: LeaseGate;
  #counter: number | null = null;
  #end: Timer | null = null;
  #beat: Timer | null = null;
  /** Whether the server may hold a setpoint of ours. */
  #mayHold = false;
  /** Until when the setpoint that it holds is meant; `null` when none is. */
  #inForce: BatteryLease | null = null;

  constructor(context: SetpointContext) {
    this.#context = context;
    this.#gate = new LeaseGate(context.clock);
  }

  apply(lease: BatteryLease): Promise<LeaseReceipt> {
    return this.#gate.inTurn(() => this.#applyNow(lease));
  }

  release(): Promise<void> {
    return this.#gate.inTurn(() => this.#releaseNow());
  }

  /** Forgets all ends: nobody is there to tell the server. */
  stop(): void {
    this.#end?.cancel();
    this.#beat?.cancel();
    this.#end = this.#beat = null;
  }

  /** A new link is up: what may have reached the server on the old one, and is not meant any more, is ended. */
  reconnected(): void {
    if (!this.#mayHold || this.#isInForce()) return;
    this.#end?.cancel();
    this.#end = null;
    this.#gate
      .inTurn(async () => {
        if (!this.#isInForce()) await this.#releaseNow();
      })
      .catch((error: unknown) => this.#retryRelease(error));
  }

  #isInForce(): boolean {
    return this.#inForce !== null && this.#inForce.validUntilMs > this.#context.clock.now();
  }

  async #applyNow(lease: BatteryLease): Promise<LeaseReceipt> {
    const refusal = this.#gate.refusalOf(lease);
    if (refusal !== null) return refusal;
    const { link, nodes } = this.#context.current();
    const { chargeMaxW, dischargeMaxW } = this.#context.limits();
    if (chargeMaxW === null || dischargeMaxW === null) {
      const message = "the power limits are not known: map chargePowerMaxW and dischargePowerMaxW";
      return { status: "refused", code: "not-confirmed", message };
    }
    const powerW = Math.max(-chargeMaxW, Math.min(dischargeMaxW, lease.batteryPowerW));
    try {
      this.#gate.assertInTime(lease);
    } catch (error) {
      const late = lateRefusal(error);
      if (late !== null) return late;
      throw error;
    }
    this.#gate.noteAttempt(lease);
    this.#mayHold = true;
    this.#inForce = null;
    this.#beat?.cancel();
    this.#releaseAfter(lease.validUntilMs - this.#context.clock.now());
    const wished = inType(link.library, nodes.setpointType, powerW / nodes.factor);
    const count = this.#count(nodes);
    const status = await this.#write(link, [
      [nodes.setpoint, variantOf(link.library, nodes.setpointType, wished)],
      [nodes.watchdog, variantOf(link.library, nodes.watchdogType, count)],
    ]);
    if (DENIED.has(status)) {
      return { status: "refused", code: "local-control", message: `the server answered ${status}` };
    }
    const [held, counted] = await readNumbers(link, [nodes.setpoint, nodes.watchdog]);
    if (!isSame(held, wished)) {
      const message = `the setpoint was written as ${wished} and reads ${held ?? "nothing"}`;
      return { status: "refused", code: "not-confirmed", message };
    }
    if (counted !== count) {
      // The setpoint may have been the same before: the counter alone tells that this command has arrived.
      const message = `the watchdog was written as ${count} and reads ${counted ?? "nothing"}`;
      return { status: "refused", code: "not-confirmed", message };
    }
    this.#gate.noteApplied(lease);
    this.#inForce = lease;
    this.#beatOn(link, nodes);
    return { status: "applied", appliedPowerW: roundToWatts(held * nodes.factor) };
  }

  async #releaseNow(): Promise<void> {
    this.#inForce = null;
    this.#beat?.cancel();
    const { link, nodes } = this.#context.current();
    const { endpointUrl } = this.#context;
    const neutral = variantOf(link.library, nodes.setpointType, nodes.neutral);
    const status = await this.#write(link, [[nodes.setpoint, neutral]]);
    if (status !== "Good") throw badStatus("release", status, endpointUrl);
    const [held] = await readNumbers(link, [nodes.setpoint]);
    if (!isSame(held, nodes.neutral)) {
      const message = `the setpoint was released to ${nodes.neutral} and reads ${held ?? "nothing"}`;
      throw opcuaError("OPCUA_RELEASE_NOT_CONFIRMED", message, endpointUrl);
    }
    this.#mayHold = false;
    this.stop();
  }

  /** Writes in one request; the first status that is not good, or `Good`. */
  async #write(
    link: OpcuaLink,
    values: readonly (readonly [nodeId: string, value: VariantOptions])[],
  ): Promise<string> {
    const statuses = await link.write(values);
    const status = firstBad(statuses)?.name ?? "Good";
    if (status === "Good" || DENIED.has(status)) return status;
    throw badStatus("write", status, this.#context.endpointUrl);
  }

  #count({ counted }: FoundSetpoint): number {
    this.#counter = ((this.#counter ?? counted) % COUNTER_MAX) + 1;
    return this.#counter;
  }

  /** Counts up on this one link: a new link begins with a new command. */
  #beatOn(link: OpcuaLink, nodes: FoundSetpoint): void {
    this.#beat?.cancel();
    this.#beat = this.#context.wallClock.after(durationMs(BEAT_MS), () => {
      this.#gate
        .inTurn(async () => {
          if (!this.#isInForce() || link.lostBecause !== null) return;
          const count = variantOf(link.library, nodes.watchdogType, this.#count(nodes));
          await link.write([[nodes.watchdog, count]]);
          this.#beatOn(link, nodes);
        })
        .catch((error: unknown) =>
          this.#context.logger.warn({ error: messageOf(error) }, "a heartbeat failed"),
        );
    });
  }

  #releaseAfter(waitMs: number): void {
    this.#end?.cancel();
    const timer = this.#context.clock.after(durationMs(Math.max(0, waitMs)), () => {
      this.#gate
        .inTurn(async () => {
          // A newer command has taken over, or the battery was released in the meantime.
          if (this.#end === timer) await this.#releaseNow();
        })
        .catch((error: unknown) => {
          if (this.#end === timer) this.#retryRelease(error);
        });
    });
    this.#end = timer;
  }

  #retryRelease(error: unknown): void {
    this.#context.logger.warn({ error: messageOf(error) }, "the setpoint is not neutral yet");
    this.#releaseAfter(RETRY_RELEASE_MS);
  }
}

/** The numbers that nodes hold now; `null` for what has none. */
async function readNumbers(link: OpcuaLink, nodeIds: readonly string[]): Promise<readonly (number | null)[]> {
  const values = await link.read(nodeIds);
  return values.map(({ statusCode, value }) => (statusCode.isGood() ? numberOf(value.value) : null));
}

/** Whether what was read is what was written, as far as a 32-bit float can hold it. */
function isSame(held: number | null | undefined, written: number): held is number {
  return typeof held === "number" && Math.abs(held - written) <= Math.abs(written) * 1e-6;
}

function firstBad(statuses: readonly StatusCode[]): StatusCode | undefined {
  return statuses.find((status) => !status.isGood());
}

/** A number as a node of this type can hold it: whole numbers are rounded towards zero and end somewhere. */
function inType({ DataType }: OpcuaLibrary, type: number, value: number): number {
  if (type === DataType.Float || type === DataType.Double) return value;
  const bits = Number(/\d+$/.exec(DataType[type] ?? "")?.[0] ?? 8);
  const isSigned = /^(Int|SByte)/.test(DataType[type] ?? "");
  const [least, most] = isSigned ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  return Math.max(least, Math.min(most, Math.trunc(value)));
}

function variantOf(library: OpcuaLibrary, type: number, value: number): VariantOptions {
  if (type === library.DataType.UInt64) return uint64(library, value);
  return { dataType: type, value };
}
