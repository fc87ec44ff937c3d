import {
  type BatteryControl,
  type BatteryLease,
  type Clock,
  type LeaseReceipt,
  type LeaseRefusal,
  roundToWatts,
} from "@commonwatt/vpp-core";
import type { CallMethodRequestLike, CallMethodResult } from "node-opcua";
import type { DerBatteryNodes } from "./der-model.ts";
import { numberOf, uint64 } from "./numbers.ts";
import { badStatus } from "./opcua-errors.ts";
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
  current(): { readonly link: OpcuaLink; readonly nodes: DerBatteryNodes };
}

/**
 * Commands a battery by methods that carry their own end and their place in the order, so that the server
 * refuses what comes late. A lease is sent once, on a connection that is up; it is never repeated.
 */
export function batteryControl(context: BatteryContext): BatteryControl {
  let lastSequence: number | null = null;
  return {
    async apply(lease) {
      if (lease.validUntilMs <= context.clock.now()) {
        return { status: "refused", code: "expired", message: "the lease had ended before it was sent" };
      }
      const { link, nodes } = context.current();
      const result = await link.call("SetActivePower", leaseCall(link, nodes, lease));
      const status = result.statusCode.name;
      const refusal = REFUSALS[status];
      if (refusal !== undefined) {
        return { status: "refused", code: refusal, message: `the server answered ${status}` };
      }
      if (!isGood(result)) throw badStatus("SetActivePower", status, context.endpointUrl);
      lastSequence = Math.max(lastSequence ?? 0, lease.sequence);
      return readBack(link, nodes, lease);
    },
    async release() {
      const { link, nodes } = context.current();
      const sequence = lastSequence ?? (await readLastSequence(link, nodes));
      const result = await release(link, nodes, sequence);
      if (isGood(result)) return;
      // Somebody else has commanded the battery since: releasing means ending that, too.
      const newest = await readLastSequence(link, nodes);
      const again = newest > sequence ? await release(link, nodes, newest) : result;
      if (!isGood(again)) throw badStatus("Release", again.statusCode.name, context.endpointUrl);
    },
  };
}

function isGood(result: CallMethodResult): boolean {
  return result.statusCode.isGood();
}

function leaseCall(link: OpcuaLink, nodes: DerBatteryNodes, lease: BatteryLease): CallMethodRequestLike {
  const { DataType } = link.library;
  return {
    objectId: nodes.object,
    methodId: nodes.setActivePower,
    inputArguments: [
      { dataType: DataType.Int32, value: lease.batteryPowerW },
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
