import modbusSerial from "modbus-serial";

/** Reads registers as fast as it is let. */
export interface BenchReader {
  /** Reads `count` holding registers of unit 1. */
  read(address: number, count: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** modbus-serial without anything of ours around it: what our connection is compared with. */
export async function bareReader(port: number): Promise<BenchReader> {
  const client = new modbusSerial.default();
  await client.connectTCP("127.0.0.1", { port });
  client.setID(1);
  return {
    read: async (address, count) => (await client.readHoldingRegisters(address, count)).buffer,
    close: () => new Promise((resolve) => client.close(() => resolve())),
  };
}
