import { type Clock, durationMs, type EpochMs } from "@commonwatt/vpp-core";
import type { WireHook } from "../modbus-server.ts";
import {
  type Fault,
  parseFault,
  REGISTER_FAULTS,
  type RegisterFaultName,
  WIRE_FAULTS,
  type WireFaultName,
} from "./fault.ts";
import { FaultyWire } from "./faulty-wire.ts";
import { type RegisterFaults, registerFaultsAt } from "./register-faults.ts";

const OTHERS_UNHEARD = 1;
const ALL = { ...WIRE_FAULTS, ...REGISTER_FAULTS };

/** Any fault of an emulated Modbus device. */
export type ModbusFault = Fault<WireFaultName | RegisterFaultName>;

/**
 * Reads `name` or `name:parameter` as a fault of a Modbus device.
 * @throws CommonwattError `EMULATOR_UNKNOWN_FAULT`.
 */
export function parseModbusFault(text: string): ModbusFault {
  return parseFault(ALL, text);
}

function isWireFault(fault: ModbusFault): fault is Fault<WireFaultName> {
  return Object.hasOwn(WIRE_FAULTS, fault.name);
}

/** Faults that stay for as long as a device is emulated. */
export function standingFaults(
  faults: readonly ModbusFault[],
  clock: Clock,
): { readonly wire: WireHook; readonly registerFaults: () => RegisterFaults } {
  const startMs: EpochMs = clock.now();
  const registers = faults.filter((fault): fault is Fault<RegisterFaultName> => !isWireFault(fault));
  return {
    wire: standingWire(faults.filter(isWireFault)),
    registerFaults: () => registerFaultsAt(registers, durationMs(clock.now() - startMs)),
  };
}

/** Each fault hits every n-th exchange, or all of them, as its table says. */
function standingWire(faults: readonly Fault<WireFaultName>[]): WireHook {
  const wire = new FaultyWire();
  // The rarest goes first, so that one that hits every time leaves room for the others.
  const hitting = faults
    .filter(({ name }) => name !== "single-client" && name !== "deaf")
    .sort((a, b) => periodOf(b) - periodOf(a));
  wire.deafAfterConnectMs = faults.find(({ name }) => name === "deaf")?.parameter ?? 0;
  const single = faults.find(({ name }) => name === "single-client");
  if (single !== undefined) wire.others = single.parameter === OTHERS_UNHEARD ? "unheard" : "refused";
  let count = 0;
  wire.choose = () => {
    count += 1;
    return hitting.find((fault) => count % periodOf(fault) === 0) ?? null;
  };
  return wire;
}

function periodOf({ name, parameter }: Fault<WireFaultName>): number {
  return name === "delay" ? 1 : Math.max(1, parameter);
}
