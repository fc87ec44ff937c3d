import { describe, expect, test } from "vitest";
import { deviceId } from "../der/device-identity.ts";
import { wattHours } from "../units/energy.ts";
import { watts } from "../units/power.ts";
import { priceMicroPerKwh } from "../units/price.ts";
import { checkConfig } from "./check-config.ts";
import type { CommunityConfig, SiteConfig } from "./config.ts";

const site = {
  id: "home-1",
  devices: [{ id: deviceId("home-1/meter") }],
  limits: { importPowerMaxW: watts(17_000), exportPowerMaxW: watts(0) },
  reserveWh: wattHours(0),
} as unknown as SiteConfig;

const fine = {
  community: "street",
  feeder: "feeder-1",
  currency: "EUR",
  intervalMinutes: 15,
  tariff: { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) },
  sites: [site],
} as unknown as CommunityConfig;

describe("checkConfig", () => {
  test("takes a good configuration", () => {
    expect(() => checkConfig("c.ts", fine)).not.toThrow();
  });

  test.each([
    [{ community: "Street 1" }, 'c.ts: community is "Street 1"; allowed: a-z, 0-9 and -'],
    [{ currency: "euro" }, 'c.ts: currency is "euro"; allowed: an ISO 4217 code'],
    [{ intervalMinutes: 10 }, "c.ts: intervalMinutes is 10; allowed: 1, 5, 15, 30, 60"],
    [{ tariff: undefined }, "c.ts: tariff.retailPrice is undefined; allowed: micro per kWh"],
    [{ tariff: { retailPrice: 0.3, feedInPrice: 0 } }, "c.ts: tariff.retailPrice is 0.3"],
    [{ tariff: { retailPrice: 1, feedInPrice: 2 } }, "c.ts: tariff.feedInPrice is 2; allowed: at most"],
    [{ sites: [] }, "c.ts: sites is ; allowed: one site or more"],
    [{ sites: [site, site] }, 'c.ts: sites[1].id is "home-1"; allowed: an id that no other site has'],
    [{ sites: [{ ...site, id: "Home" }] }, 'c.ts: sites[0].id is "Home"'],
    [{ sites: [{ ...site, devices: [] }] }, "c.ts: sites[0].devices"],
    [{ sites: [{ ...site, limits: undefined }] }, "c.ts: sites[0].limits.importPowerMaxW is undefined"],
    [
      { sites: [{ ...site, reserveWh: -1 }] },
      "c.ts: sites[0].reserveWh is -1; allowed: watt-hours, 0 or more",
    ],
    [
      { sites: [{ ...site, servers: [1502] }] },
      "c.ts: sites[0].servers[0] is 1502; allowed: a server, e.g. sunspecFacade()",
    ],
    [
      { sites: [site, { ...site, id: "home-2" }] },
      'c.ts: sites[1].devices is "home-1/meter"; allowed: a device id that no other device has',
    ],
  ])("names file, field, what was found and what is allowed: %j", (over, message) => {
    expect(() => checkConfig("c.ts", { ...fine, ...over } as CommunityConfig)).toThrow(message);
  });
});
