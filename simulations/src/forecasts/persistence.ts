import type { Forecast } from "./forecast.ts";

/** The next interval is as the last was: the forecast that a live site makes when it has no other. */
export const persistence: Forecast = {
  name: "persistence",
  begin: (neighbourhood) => {
    const homes = neighbourhood.siteIds.length;
    return {
      expect(now, _of, fromHome, toHome, loadWh, pvWh) {
        if (now === 0) return false;
        for (let home = fromHome; home < toHome; home++) {
          loadWh[home] = neighbourhood.loadWh[(now - 1) * homes + home] as number;
          pvWh[home] = neighbourhood.pvWh[(now - 1) * homes + home] as number;
        }
        return true;
      },
    };
  },
};
