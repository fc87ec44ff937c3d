import { type Clock, durationMs, type EpochMs } from "@commonwatt/vpp-core";
import type { WireHook } from "../../modbus/modbus-server.ts";
import type { WireProfile } from "../../profile-device/profile.ts";
import { type Fault, type RegisterFaultName, WIRE_FAULTS, type WireFaultName } from "./fault.ts";
import { FaultyWire } from "./faulty-wire.ts";
import { type RegisterFaults, registerFaultsAt } from "./register-faults.ts";

const OTHERS_UNHEARD = 1;

/** Any fault of an emulated Modbus device. */
export type ModbusFault = Fault<WireFaultName | RegisterFaultName>;

function isWireFault(fault: ModbusFault): fault is Fault<WireFaultName> {
  return Object.hasOwn(WIRE_FAULTS, fault.name);
}

/** How a device likes to be spoken to, as far as it makes a client feel it. */
export type WireHabits = Pick<
  WireProfile,
  "gapMs" | "writeGapMs" | "settleMs" | "clientsMax" | "hangUpAfterRequest"
>;

const NO_HABITS: WireHabits = { gapMs: 0, settleMs: 0, clientsMax: null };
/** A profile's pause after a connection has a margin; the device itself is deaf for this share of it. */
const DEAF_SHARE = 2 / 3;

/** Faults that stay for as long as a device is emulated, beside its habits. */
export function standingFaults(
  faults: readonly ModbusFault[],
  clock: Clock,
  habits: WireHabits = NO_HABITS,
): { readonly wire: WireHook; readonly registerFaults: () => RegisterFaults } {
  const startMs: EpochMs = clock.now();
  const registers = faults.filter((fault): fault is Fault<RegisterFaultName> => !isWireFault(fault));
  return {
    wire: standingWire(faults.filter(isWireFault), habits),
    registerFaults: () => registerFaultsAt(registers, durationMs(clock.now() - startMs)),
  };
}

/** Each fault hits every n-th exchange, or all of them, as its table says. */
function standingWire(faults: readonly Fault<WireFaultName>[], habits: WireHabits): WireHook {
  const wire = new FaultyWire();
  wire.gapMs = habits.gapMs;
  wire.writeGapMs = habits.writeGapMs ?? 0;
  wire.garbageAfterFirst = habits.hangUpAfterRequest ?? false;
  if (habits.clientsMax !== null) {
    wire.clientsMax = habits.clientsMax;
    wire.others = "refused";
  }
  // The rarest goes first, so that one that hits every time leaves room for the others.
  const hitting = faults
    .filter(({ name }) => name !== "single-client" && name !== "deaf")
    .sort((a, b) => periodOf(b) - periodOf(a));
  const deaf = faults.find(({ name }) => name === "deaf");
  wire.deafAfterConnectMs = deaf?.parameter ?? Math.floor(habits.settleMs * DEAF_SHARE);
  const single = faults.find(({ name }) => name === "single-client");
  if (single !== undefined) {
    wire.clientsMax = 1;
    wire.others = single.parameter === OTHERS_UNHEARD ? "unheard" : "refused";
  }
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
