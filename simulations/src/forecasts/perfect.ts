import type { Forecast } from "./forecast.ts";

/** Knows what will be: the best that any forecast could do. */
export const perfect: Forecast = {
  name: "perfect",
  begin: (neighbourhood) => {
    const homes = neighbourhood.siteIds.length;
    return {
      expect(_now, of, fromHome, toHome, loadWh, pvWh) {
        for (let home = fromHome; home < toHome; home++) {
          loadWh[home] = neighbourhood.loadWh[of * homes + home] as number;
          pvWh[home] = neighbourhood.pvWh[of * homes + home] as number;
        }
        return true;
      },
    };
  },
};
