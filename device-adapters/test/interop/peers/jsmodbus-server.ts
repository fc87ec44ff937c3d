/** Serves one SunSpec image (a JSON file) with jsmodbus. Prints its port; ends when its input closes. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import jsmodbus from "jsmodbus";

const { address, registers } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as {
  readonly address: number;
  readonly registers: readonly number[];
};
// jsmodbus has no start address: its table begins at 0.
const holding = Buffer.alloc(2 * (address + registers.length));
for (const [index, value] of registers.entries()) holding.writeUInt16BE(value, 2 * (address + index));
const listener = createServer();
new jsmodbus.server.TCP(listener, { holding });
listener.listen(0, "127.0.0.1", () => {
  const where = listener.address();
  process.stdout.write(`${typeof where === "object" ? where?.port : where}\n`);
});
process.stdin.resume().on("end", () => process.exit(0));
