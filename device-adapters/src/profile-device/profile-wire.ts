import { CommonwattError, type EpochMs, isCommonwattError } from "@commonwatt/vpp-core";
import type { ModbusConnection } from "../modbus/modbus-connection.ts";
import type { RegisterProfile, WireProfile } from "./profile.ts";
import type { ReadBlock } from "./read-blocks.ts";

/** The units of one device behind its connection. */
export interface ProfileWire {
  readonly profile: WireProfile;
  /** Rises with every connection made; another device may stand there then. */
  readonly generation: number;
  read(block: ReadBlock, deadlineMs: EpochMs): Promise<Buffer>;
  /** Writes words by the register's own function; `beforeSend` is asked just before they go out. */
  write(
    register: RegisterProfile,
    words: readonly number[],
    options: { readonly deadlineMs: EpochMs; readonly beforeSend: () => void },
  ): Promise<void>;
}

/** Joins a profile's wire to a connection; `unit` and `units` are those of the configuration. */
export function profileWire(
  profile: WireProfile,
  connection: ModbusConnection,
  unit: number,
  units: Readonly<Record<string, number>>,
): ProfileWire {
  const unitOf = (name: string | null): number => {
    const id = name === null ? unit : (units[name] ?? profile.units?.[name]);
    if (id === undefined) throw new CommonwattError("PROFILE_INVALID", `no unit id for "${name}"`);
    return id;
  };
  return {
    profile,
    get generation() {
      return connection.generation;
    },
    read: ({ unitName, table, start, count }, deadlineMs) =>
      connection.readRegisters(unitOf(unitName), start, count, { deadlineMs, table }),
    write: async (register, words, options) => {
      const id = unitOf(register.unitName ?? null);
      const [first] = words;
      try {
        if (register.write?.function === 6 && first !== undefined) {
          await connection.writeRegister(id, register.address, first, options);
        } else await connection.writeRegisters(id, register.address, words, options);
      } catch (error) {
        // It was sent and something came back: what came of it is read back next.
        if (profile.ignoresWriteEcho !== true || !isCommonwattError(error, "MODBUS_BAD_FRAME")) throw error;
      }
    },
  };
}
