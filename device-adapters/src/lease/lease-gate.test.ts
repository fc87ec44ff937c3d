import { epochMs, simulatedClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { LeaseGate, lateRefusal } from "./lease-gate.ts";

function sendingAt(nowMs: number, validUntilMs: number): unknown {
  const gate = new LeaseGate(simulatedClock(epochMs(nowMs)));
  try {
    gate.assertInTime({ sequence: 1, validUntilMs: epochMs(validUntilMs) });
    return "sent";
  } catch (error) {
    return lateRefusal(error)?.code;
  }
}

test("a command is not sent when its lease could end on its way to the device", () => {
  expect(sendingAt(1_000, 61_000)).toBe("sent");
  expect(sendingAt(1_000, 1_100)).toBe("sent");
  expect(sendingAt(1_000, 1_099)).toBe("expired");
  expect(sendingAt(1_000, 1_000)).toBe("expired");
  expect(sendingAt(1_000, 900)).toBe("expired");
});
