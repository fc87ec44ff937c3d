import { expect, test } from "vitest";
import { buildStreet } from "./build-street.ts";
import { identityOf } from "./hardware-identity.ts";

test("every device has a serial number of its own, within SunSpec's 32 characters", () => {
  const serials = [1, 2_147_483_647].flatMap((seed) =>
    buildStreet({ homes: 200, seed }).homes.flatMap((home) => [
      identityOf(home, seed, "inverter"),
      identityOf(home, seed, "meter"),
    ]),
  );
  expect(new Set(serials.map((identity) => identity.serialNumber)).size).toBe(800);
  for (const identity of serials) {
    for (const text of Object.values(identity)) expect(text.length).toBeLessThanOrEqual(32);
  }
});
