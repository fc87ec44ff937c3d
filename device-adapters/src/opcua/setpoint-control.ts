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
import { badStatus } from "./opcua-errors.ts";
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
  if (numberOf(power.value.value) === null || numberOf(counter.value.value) === null) return null;
  return {
    setpoint,
    setpointType: power.value.dataType,
    factor: scale * sign,
    neutral: nodes.neutral ?? 0,
    watchdog,
    watchdogType: counter.value.dataType,
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
 */
export class SetpointControl implements BatteryControl {
  readonly #context: SetpointContext;
  readonly #gate: LeaseGate;
  #counter = 0;
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
    const status = await this.#write(link, nodes, wished);
    if (DENIED.has(status)) {
      return { status: "refused", code: "local-control", message: `the server answered ${status}` };
    }
    const [found] = await link.read([nodes.setpoint]);
    const held = found?.statusCode.isGood() ? numberOf(found.value.value) : null;
    if (held === null || Math.abs(held - wished) > Math.abs(wished) * 1e-6) {
      const message = `the setpoint was written as ${wished} and reads ${held ?? "nothing"}`;
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
    const status = await this.#write(link, nodes, nodes.neutral);
    if (status !== "Good") throw badStatus("release", status, this.#context.endpointUrl);
    this.#mayHold = false;
    this.stop();
  }

  /** Writes setpoint and counter in one request; the first status that is not good, or `Good`. */
  async #write(link: OpcuaLink, nodes: FoundSetpoint, setpoint: number): Promise<string> {
    const statuses = await link.write([
      [nodes.setpoint, variantOf(link.library, nodes.setpointType, setpoint)],
      [nodes.watchdog, variantOf(link.library, nodes.watchdogType, this.#count())],
    ]);
    const status = firstBad(statuses)?.name ?? "Good";
    if (status === "Good" || DENIED.has(status)) return status;
    throw badStatus("write", status, this.#context.endpointUrl);
  }

  #count(): number {
    this.#counter = (this.#counter % COUNTER_MAX) + 1;
    return this.#counter;
  }

  /** Counts up on this one link: a new link begins with a new command. */
  #beatOn(link: OpcuaLink, nodes: FoundSetpoint): void {
    this.#beat?.cancel();
    this.#beat = this.#context.wallClock.after(durationMs(BEAT_MS), () => {
      this.#gate
        .inTurn(async () => {
          if (!this.#isInForce() || link.lostBecause !== null) return;
          await link.write([[nodes.watchdog, variantOf(link.library, nodes.watchdogType, this.#count())]]);
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
