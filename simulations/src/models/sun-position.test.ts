import { type EpochMs, epochMs } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { sunPosition } from "./sun-position.ts";

const at = (iso: string): EpochMs => epochMs(Date.parse(iso));

describe("sun position", () => {
  // Published: I. Reda and A. Andreas, NREL/TP-560-34302, example in table A5.1; and NREL's SOLPOS test run.
  test.each([
    ["NREL SPA example", "2003-10-17T19:30:30Z", 39.742476, -105.1786, 90 - 50.11162, 194.34024],
    ["NREL SOLPOS example", "1999-07-22T14:45:37Z", 33.65, -84.43, 48.409931, 97.032875],
  ])("%s", (_, iso, latitudeDeg, longitudeDeg, elevationDeg, azimuthDeg) => {
    const sun = sunPosition(at(iso), { latitudeDeg, longitudeDeg });
    expect(Math.abs(sun.elevationDeg - elevationDeg)).toBeLessThan(0.05);
    expect(Math.abs(sun.azimuthDeg - azimuthDeg)).toBeLessThan(0.05);
  });

  test("stands in the zenith at the equator at noon of an equinox", () => {
    // Equinox 2026-03-20T14:46Z; the sun is south of Greenwich's meridian's noon by the equation of time.
    const sun = sunPosition(at("2026-03-20T12:07:25Z"), { latitudeDeg: 0, longitudeDeg: 0 });
    expect(sun.elevationDeg).toBeGreaterThan(89.8);
  });

  test("stands at 90° − latitude ± obliquity at the solstices' noons", () => {
    const zurich = { latitudeDeg: 47.4, longitudeDeg: 8.5 };
    const highest = (day: string): number =>
      Math.max(
        ...Array.from(
          { length: 1440 },
          (_, minute) => sunPosition(epochMs(at(day) + minute * 60_000), zurich).elevationDeg,
        ),
      );
    expect(highest("2026-06-21T00:00:00Z")).toBeCloseTo(90 - 47.4 + 23.44, 1);
    expect(highest("2026-12-21T00:00:00Z")).toBeCloseTo(90 - 47.4 - 23.44, 1);
  });

  test("the earth is nearest to the sun in January", () => {
    const place = { latitudeDeg: 0, longitudeDeg: 0 };
    expect(sunPosition(at("2026-01-03T00:00:00Z"), place).distanceAu).toBeCloseTo(0.9833, 3);
    expect(sunPosition(at("2026-07-06T00:00:00Z"), place).distanceAu).toBeCloseTo(1.0167, 3);
  });
});
