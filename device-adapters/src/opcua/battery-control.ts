import {
  type BatteryControl,
  type BatteryLease,
  type Clock,
  goodValue,
  type LeaseReceipt,
  type LeaseRefusal,
  type PointReadings,
  roundToWatts,
} from "@commonwatt/vpp-core";
import type { CallMethodRequestLike, CallMethodResult } from "node-opcua";
import { LeaseGate, lateRefusal } from "../lease/lease-gate.ts";
import type { DerBatteryNodes } from "./der-model.ts";
import { numberOf, uint64 } from "./numbers.ts";
import { badStatus, opcuaError } from "./opcua-errors.ts";
import type { OpcuaLink } from "./opcua-link.ts";

/** What the methods of a battery answer when they refuse. */
const REFUSALS: Readonly<Record<string, LeaseRefusal>> = {
  BadInvalidTimestamp: "expired",
  BadSequenceNumberInvalid: "out-of-order",
  BadUserAccessDenied: "local-control",
  BadNotExecutable: "local-control",
  BadNotSupported: "no-battery",
};

/** What battery control needs from the device it belongs to. */
export interface BatteryContext {
  readonly endpointUrl: string;
  readonly clock: Clock;
  /** The link that is up now, with the battery's nodes as it knows them; throws when none is up. */
  current(): OpcuaBatteryLink;
}

/** A battery behind a link. */
export interface OpcuaBatteryLink {
  readonly link: OpcuaLink;
  readonly nodes: DerBatteryNodes;
  /** What the server has reported. One that shows no limits of the battery limits it by itself. */
  readonly points: PointReadings;
}

/**
 * Commands a battery by methods that carry their own end and their place in the order, so that the server
 * refuses what comes late. A lease is sent once, on a connection that is up; it is never repeated.
 */
export function batteryControl(context: BatteryContext): BatteryControl {
  return new MethodControl(context);
}

class MethodControl implements BatteryControl {
  readonly #context: BatteryContext;
  readonly #gate: LeaseGate;
  #lastSequence: number | null = null;

  constructor(context: BatteryContext) {
    this.#context = context;
    this.#gate = new LeaseGate(context.clock);
  }

  apply(lease: BatteryLease): Promise<LeaseReceipt> {
    return this.#gate.inTurn(async () => {
      try {
        return this.#gate.refusalOf(lease) ?? (await this.#applyNow(lease));
      } catch (error) {
        const late = lateRefusal(error);
        if (late === null) throw error;
        return late;
      }
    });
  }

  release(): Promise<void> {
    return this.#gate.inTurn(() => this.#releaseNow());
  }

  async #applyNow(lease: BatteryLease): Promise<LeaseReceipt> {
    const { endpointUrl } = this.#context;
    const { link, nodes, points } = this.#context.current();
    const clamped = clampedPowerW(points, lease.batteryPowerW);
    if ("refusal" in clamped) return { status: "refused", code: "not-confirmed", message: clamped.refusal };
    this.#gate.assertInTime(lease);
    this.#gate.noteAttempt(lease);
    const result = await link.call("SetActivePower", leaseCall(link, nodes, lease, clamped.powerW));
    const status = result.statusCode.name;
    const refusal = REFUSALS[status];
    if (refusal !== undefined) {
      return { status: "refused", code: refusal, message: `the server answered ${status}` };
    }
    if (!isGood(result)) throw badStatus("SetActivePower", status, endpointUrl);
    this.#lastSequence = Math.max(this.#lastSequence ?? 0, lease.sequence);
    const receipt = await readBack(link, nodes, lease);
    if (receipt.status === "applied") this.#gate.noteApplied(lease);
    return receipt;
  }

  async #releaseNow(): Promise<void> {
    const { endpointUrl } = this.#context;
    const { link, nodes } = this.#context.current();
    const sequence = this.#lastSequence ?? (await readLastSequence(link, nodes));
    const result = await release(link, nodes, sequence);
    if (!isGood(result)) {
      // Somebody else has commanded the battery since: releasing means ending that, too.
      const newest = await readLastSequence(link, nodes);
      const again = newest > sequence ? await release(link, nodes, newest) : result;
      if (!isGood(again)) throw badStatus("Release", again.statusCode.name, endpointUrl);
    }
    const [setpoint] = await link.read([nodes.setpoint]);
    const heldW = setpoint?.statusCode.isGood() ? numberOf(setpoint.value.value) : null;
    if (heldW === null) return;
    throw opcuaError("OPCUA_RELEASE_NOT_CONFIRMED", `${heldW} W are still in force`, endpointUrl);
  }
}

function isGood(result: CallMethodResult): boolean {
  return result.statusCode.isGood();
}

/** The power asked for within what the battery can do now, in whole watts. */
function clampedPowerW(
  points: PointReadings,
  powerW: number,
): { readonly powerW: number } | { readonly refusal: string } {
  const name = powerW < 0 ? "chargePowerMaxW" : "dischargePowerMaxW";
  const limit = points[name];
  if (limit === undefined || powerW === 0) return { powerW };
  const limitW = goodValue(limit);
  if (limitW === null) return { refusal: `${name} is not known: ${limit.reason}` };
  const most = Math.max(0, limitW);
  return { powerW: Math.max(-most, Math.min(most, powerW)) || 0 };
}

function leaseCall(
  link: OpcuaLink,
  nodes: DerBatteryNodes,
  lease: BatteryLease,
  powerW: number,
): CallMethodRequestLike {
  const { DataType } = link.library;
  return {
    objectId: nodes.object,
    methodId: nodes.setActivePower,
    inputArguments: [
      { dataType: DataType.Int32, value: powerW },
      { dataType: DataType.DateTime, value: new Date(lease.validUntilMs) },
      uint64(link.library, lease.sequence),
    ],
  };
}

function release(link: OpcuaLink, nodes: DerBatteryNodes, sequence: number): Promise<CallMethodResult> {
  const inputArguments = [uint64(link.library, sequence)];
  return link.call("Release", { objectId: nodes.object, methodId: nodes.release, inputArguments });
}

async function readLastSequence(link: OpcuaLink, nodes: DerBatteryNodes): Promise<number> {
  const [value] = await link.read([nodes.lastSequence]);
  return numberOf(value?.value.value) ?? 0;
}

/** Asks the server what is in force now: the answer to the method alone proves nothing. */
async function readBack(link: OpcuaLink, nodes: DerBatteryNodes, lease: BatteryLease): Promise<LeaseReceipt> {
  const [sequenceValue, setpointValue] = await link.read([nodes.lastSequence, nodes.setpoint]);
  const sequence = numberOf(sequenceValue?.value.value);
  const setpointW = setpointValue?.statusCode.isGood() ? numberOf(setpointValue.value.value) : null;
  if (sequence !== lease.sequence || setpointW === null) {
    const message = `sequence ${sequence} is in force, with ${setpointW ?? "no"} W`;
    return { status: "refused", code: "not-confirmed", message };
  }
  return { status: "applied", appliedPowerW: roundToWatts(setpointW) };
}
