import { expect, test } from "vitest";
import { interFrameGapMs, peerName, transportOf } from "./transport.ts";

test("host and port alone are a Modbus TCP peer", () => {
  expect(transportOf({ host: "10.0.0.7", port: 502 })).toEqual({ kind: "tcp", host: "10.0.0.7", port: 502 });
});

test("names tell peers apart that are not the same", () => {
  const at = { host: "10.0.0.7", port: 502 };
  const names = [
    peerName({ kind: "tcp", ...at }),
    peerName({ kind: "rtu-tcp", ...at }),
    peerName({ kind: "rtu", path: "/dev/ttyUSB0", baudRate: 9_600 }),
  ];
  expect(names).toEqual(["10.0.0.7:502", "rtu+10.0.0.7:502", "/dev/ttyUSB0"]);
});

test.for([
  [1_200, 33],
  [9_600, 5],
  [19_200, 3],
  [115_200, 2],
] as const)("at %i baud a line is silent for %i ms between frames", ([baudRate, gapMs]) => {
  expect(interFrameGapMs({ kind: "rtu", path: "/dev/ttyS0", baudRate })).toBe(gapMs);
  expect(interFrameGapMs({ kind: "rtu", path: "/dev/ttyS0", baudRate, interFrameGapMs: 50 })).toBe(50);
});
