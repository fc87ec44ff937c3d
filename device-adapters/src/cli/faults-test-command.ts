import { type Check, checkZero, printChecks, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { DEVICE_KINDS } from "../faults/device-kinds.ts";
import type { FaultsTestResult } from "../faults/faults-result.ts";
import { faultsTest } from "../faults/faults-test.ts";

/** Adds `commonwatt faults-test`: injects wire faults into emulated devices while clients use them. */
export function registerFaultsTest(program: Command): void {
  program
    .command("faults-test")
    .description(
      "inject wire faults over Modbus and OPC UA; look for hangs, late commands and wrong readings",
    )
    .option("--faults <n>", "how many", wholeNumber(1, 1_000_000), 1_000)
    .option("--seed <n>", "decides which and when", wholeNumber(0, 2 ** 31 - 1), 1)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async (options: { faults: number; seed: number; json?: boolean }) => {
      const json = options.json === true;
      const result = await faultsTest({
        ...options,
        onProgress: ({ protocol, faults }) => {
          const text = `${faults} faults over ${protocol}`;
          process.stdout.write(`${json ? JSON.stringify({ event: "progress", protocol, faults }) : text}\n`);
        },
      });
      const paces = Object.fromEntries(Object.entries(DEVICE_KINDS).map(([kind, { pace }]) => [kind, pace]));
      printChecks(process.stdout, json, { ...result, paces }, checksOf(result));
    });
}

function checksOf(result: FaultsTestResult): readonly Check[] {
  return [
    checkZero("permanentHangs", result.permanentHangs),
    checkZero("unsettledPromises", result.unsettledPromises),
    checkZero("lateCommandsApplied", result.lateCommandsApplied),
    checkZero("wrongReadings", result.wrongReadings),
    checkZero("goodValuesUnchecked", result.goodValuesUnchecked),
    {
      name: "recoveryP99",
      value: result.recoveryP99,
      target: "<=1 of two poll intervals and one back-off step",
      holds: result.recoveryP99 <= 1,
    },
    {
      name: "goodValuesChecked",
      value: result.goodValuesChecked,
      target: ">0",
      holds: result.goodValuesChecked > 0,
    },
    {
      name: "commandsApplied",
      value: result.commandsApplied,
      target: ">0",
      holds: result.commandsApplied > 0,
    },
  ];
}
