import {
  type DispatchReceipt,
  type EpochMs,
  good,
  type PointReadings,
  type ServedSite,
  siteId,
  type Watts,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";

/** What a home with a battery may show at one time; every value differs from every other. */
export function pointsAt(now: EpochMs): Required<PointReadings> {
  return {
    gridPowerW: good(watts(-3_271), now),
    gridImportWh: good(wattHours(4_294_000_017), now),
    gridExportWh: good(wattHours(7_654_321), now),
    inverterPowerW: good(watts(3_907), now),
    inverterPowerMaxW: good(watts(8_200), now),
    pvPowerW: good(watts(5_431), now),
    batteryPowerW: good(watts(-1_524), now),
    storedEnergyWh: good(wattHours(6_543), now),
    batteryCapacityWh: good(wattHours(11_040), now),
    chargePowerMaxW: good(watts(5_120), now),
    dischargePowerMaxW: good(watts(4_980), now),
  };
}

/** A site to serve without the controller behind it: its points as told, and a battery that takes everything. */
export function servedSite(points: () => PointReadings): ServedSite {
  let held: Watts | null = null;
  let last = 0;
  const taken = (appliedPowerW: Watts): DispatchReceipt => ({ status: "taken", appliedPowerW });
  return {
    community: "street",
    siteId: siteId("home-1"),
    identity: { manufacturer: "Commonwatt", model: "Home", serialNumber: "home-1", firmware: "1.2.3" },
    points,
    dispatch: {
      command({ batteryPowerW, sequence }) {
        held = batteryPowerW;
        last = sequence;
        return taken(batteryPowerW);
      },
      release() {
        held = null;
        return taken(watts(0));
      },
      heldPowerW: () => held,
      lastSequence: () => last,
    },
  };
}
