import { execFileSync } from "node:child_process";

/** Where a Modbus device is. */
export interface ModbusAddress {
  readonly host: string;
  readonly port: number;
  readonly unit: number;
}

/** Reads holding registers with `mbpoll`, as unsigned 16-bit numbers. Throws when it reads fewer. */
export function mbpollRegisters(address: ModbusAddress, first: number, count: number): readonly number[] {
  const { host, port, unit } = address;
  const where = ["-m", "tcp", "-p", `${port}`, "-a", `${unit}`, "-0", "-r", `${first}`];
  const how = ["-t", "4:hex", "-c", `${count}`, "-1", "-o", "5", host];
  const output = execFileSync("mbpoll", [...where, ...how], { encoding: "utf8" });
  const registers = [...output.matchAll(/^\[\d+\]:\s+0x([0-9A-Fa-f]{4})/gm)].map(([, hex = ""]) =>
    Number.parseInt(hex, 16),
  );
  if (registers.length !== count) throw new Error(`mbpoll read ${registers.length} of ${count}:\n${output}`);
  return registers;
}
