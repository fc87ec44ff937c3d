import { execFileSync } from "node:child_process";

/** Where a Modbus device is. */
export interface ModbusAddress {
  readonly host: string;
  readonly port: number;
  readonly unit: number;
}

/** Takes an address as a façade tells it, e.g. `127.0.0.1:1502 unit 1, meter unit 200`. */
export function facadeAddress(text: string): ModbusAddress {
  const [, host = "", port, unit] = /^([\d.]+):(\d+) unit (\d+)/.exec(text) ?? [];
  return { host, port: Number(port), unit: Number(unit) };
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
