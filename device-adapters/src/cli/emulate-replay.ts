import { readFile } from "node:fs/promises";
import { CommonwattError, messageOf, systemClock } from "@commonwatt/vpp-core";
import { modbusFaultOf } from "../emulator/faults/fitting-faults.ts";
import { standingFaults } from "../emulator/faults/standing-faults.ts";
import { parseRegisterTrace, TraceUnit } from "../emulator/register-trace.ts";
import { startModbusServer } from "../modbus/modbus-server.ts";
import type { DeviceProfile } from "../profile-device/profile.ts";
import { type EmulateOptions, type Emulation, MODBUS_PORT } from "./emulation.ts";

/**
 * Serves recorded registers with their timing; with a profile, with its habits on the wire, too. Faults are
 * those of the wire: the registers are what was recorded.
 * @throws CommonwattError `EMULATOR_BAD_TRACE`, or as the emulators do.
 */
export async function replayTrace(
  file: string,
  profile: DeviceProfile | null,
  options: EmulateOptions,
): Promise<Emulation> {
  const { host, fault = [] } = options;
  const faults = fault.map((text) => modbusFaultOf("replay", text));
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new CommonwattError("EMULATOR_BAD_TRACE", `cannot read ${file}: ${messageOf(error)}`);
  });
  const { units } = parseRegisterTrace(text);
  const { wire } = standingFaults(faults, systemClock, profile?.wire);
  const server = await startModbusServer({
    host,
    port: options.port ?? MODBUS_PORT,
    wire,
    units: new Map(units.map(({ unit, frames }) => [unit, new TraceUnit(frames, systemClock)])),
  });
  const { port } = server;
  const ids = units.map(({ unit }) => unit);
  return {
    listening: { event: "listening", protocol: "modbus", host, port, units: ids },
    text: `What ${file} recorded of unit ${ids.join(", ")} is served on ${host}:${port}.`,
    summary: () => ({ host, port }),
    close: server.close,
  };
}
