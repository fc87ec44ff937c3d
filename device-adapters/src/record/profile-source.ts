import { type Clock, type EpochMs, epochMs } from "@commonwatt/vpp-core";
import type { ModbusConnection } from "../modbus/modbus-connection.ts";
import { exceptionCodeOf } from "../modbus/modbus-errors.ts";
import { whileBusy } from "../profile-device/busy.ts";
import type { RegisterMapProfile } from "../profile-device/profile.ts";
import { profileWire } from "../profile-device/profile-wire.ts";
import { planBlocks, type ReadBlock, spansOf } from "../profile-device/read-blocks.ts";
import { registersOf } from "../profile-device/register-codec.ts";
import {
  type RegisterRun,
  type RegisterSource,
  type SerialPlace,
  withMaskedSerials,
} from "./register-source.ts";

/** Function, address, count: a device has none of that, and never will. */
const REFUSALS: ReadonlySet<number | null> = new Set([1, 2, 3]);

/** A connection to what is recorded. */
export interface RecordedPeer {
  readonly connection: ModbusConnection;
  readonly wallClock: Clock;
  /** How long one request may take. */
  readonly timeoutMs: number;
  readonly maskSerial: boolean;
}

/**
 * The registers of a profile at a device: in the blocks that its driver reads, and what stands between. A
 * block that is refused is read register by register, and what is refused then is left out.
 */
export function profileSource(profile: RegisterMapProfile, unit: number, peer: RecordedPeer): RegisterSource {
  const wire = profileWire(profile.wire, peer.connection, unit, {});
  const unitOf = (name: string | null): number =>
    name === null ? unit : (profile.wire.units?.[name] ?? unit);
  const deadline = (): EpochMs => epochMs(peer.wallClock.now() + peer.timeoutMs);
  let blocks = planBlocks(spansOf(profile.registers, Object.keys(profile.registers)), profile.wire);

  async function readBlock(block: ReadBlock): Promise<readonly RegisterRun[]> {
    const deadlineMs = deadline();
    const { table, start } = block;
    try {
      const bytes = await whileBusy(peer.wallClock, deadlineMs, () => wire.read(block, deadlineMs));
      return [{ unit: unitOf(block.unitName), table, address: start, bytes }];
    } catch (error) {
      if (!REFUSALS.has(exceptionCodeOf(error))) throw error;
      const parts =
        block.spans.length > 1 ? block.spans.flatMap((span) => planBlocks([span], profile.wire)) : [];
      blocks = blocks.flatMap((each) => (each === block ? parts : [each]));
      return readAll(parts);
    }
  }

  async function readAll(some: readonly ReadBlock[]): Promise<readonly RegisterRun[]> {
    const runs: RegisterRun[] = [];
    for (const block of some) runs.push(...(await readBlock(block)));
    return runs;
  }

  const serials = peer.maskSerial ? serialPlaces(profile, unitOf) : [];
  return { readOnce: async () => withMaskedSerials(await readAll(blocks), serials) };
}

function serialPlaces(
  { identity, registers }: RegisterMapProfile,
  unitOf: (name: string | null) => number,
): readonly SerialPlace[] {
  const register = registers[identity.serialNumber ?? ""];
  if (register === undefined) return [];
  const { table, address, unitName = null } = register;
  return [{ unit: unitOf(unitName), table, address, count: registersOf(register) }];
}
