import { deviceId, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { runEmulate } from "../../test/emulate-process.ts";
import { testContext } from "../../test/test-context.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";

test("emulate sunspec listens, can be read, and ends with 0 at Ctrl-C", async () => {
  const { child, output, exit } = runEmulate("sunspec", "--port", "0", "--unit", "7", "--json");
  await expect.poll(output, { timeout: 10_000 }).toContain("\n");
  const { event, port, meterUnit } = JSON.parse(output());
  expect({ event, meterUnit }).toEqual({ event: "listening", meterUnit: 200 });
  const device = await modbus({ id: deviceId("bench"), host: "127.0.0.1", port, unit: 7 }).connect(
    testContext(systemClock),
  );
  expect(device.identity.serialNumber).toBe("BENCH-HYBRID-1");
  expect((await device.read()).points.batteryCapacityWh?.value).toBe(10_000);
  await device.close();
  child.kill("SIGINT");
  expect(await exit).toBe(0);
  expect(JSON.parse(output().trim().split("\n").at(-1) ?? "")).toMatchObject({ event: "summary" });
});

test.for([
  [["sunspec", "--port", "65536"], "whole number from 0 to 65535"],
  [["sunspec", "--unit", "0"], "whole number from 1 to 247"],
  [["sunspec", "--fault", "smoke"], "is no fault; there are reset"],
  [["sunspec", "--fault", "cut:5"], "is no fault; there are reset"],
  [["opcua", "--fault", "reset"], "is no fault; there are cut"],
  [["sunspec", "--replay", "no-such-trace.json"], "no-such-trace.json"],
  [["toaster"], "unknown command"],
] as const)("emulate %j is refused with the reason", async ([args, reason]) => {
  const { errors, exit } = runEmulate(...args);
  expect(await exit).not.toBe(0);
  expect(errors()).toContain(reason);
});
