import { describe, expect, test } from "vitest";
import { clearSkyGlobalWm2, diffuseShare, irradiance } from "./clear-sky.ts";

const sun = (elevationDeg: number) => ({ elevationDeg, azimuthDeg: 180, distanceAu: 1 });

describe("clear sky", () => {
  test("is dark while the sun is at or below the horizon", () => {
    for (const elevationDeg of [0, -0.1, -40]) {
      expect(irradiance(sun(elevationDeg), 1)).toEqual({ globalWm2: 0, directWm2: 0, diffuseWm2: 0 });
    }
  });

  test("gives the values of Haurwitz's formula", () => {
    expect(clearSkyGlobalWm2(sun(90))).toBeCloseTo(1035.1, 1);
    expect(clearSkyGlobalWm2(sun(30))).toBeCloseTo(487.9, 1);
  });

  test("direct and diffuse light add up to the global irradiance", () => {
    for (const elevationDeg of [2, 10, 45, 66]) {
      for (const index of [0.25, 0.6, 1]) {
        const light = irradiance(sun(elevationDeg), index);
        const sum = light.directWm2 * Math.sin((elevationDeg * Math.PI) / 180) + light.diffuseWm2;
        expect(sum).toBeCloseTo(light.globalWm2, 6);
        expect(light.directWm2).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test("clouds make the light weaker and more diffuse", () => {
    const clear = irradiance(sun(60), 1);
    const cloudy = irradiance(sun(60), 0.3);
    expect(cloudy.globalWm2).toBeCloseTo(0.3 * clear.globalWm2, 6);
    expect(clear.diffuseWm2 / clear.globalWm2).toBeLessThan(0.3);
    expect(cloudy.diffuseWm2 / cloudy.globalWm2).toBeGreaterThan(0.9);
  });

  test("the pieces of Erbs's curve meet", () => {
    expect(diffuseShare(0)).toBe(1);
    expect(diffuseShare(0.22)).toBeCloseTo(diffuseShare(0.2201), 2);
    expect(diffuseShare(0.8)).toBeCloseTo(diffuseShare(0.8001), 2);
  });
});
