import { INT16_LIMIT, type ModelValues, scaled, scaleFor } from "../sunspec/model-values.ts";
import type { Plant } from "./plant.ts";

const VOLTAGE_V = 230;
const FREQUENCY_HZ = 50;
const PHASES = 3;

/**
 * Model 203 (three-phase meter) of a plant's grid connection; + is import. Counters stand in whole
 * watt-hours, so that settlement sees each one.
 */
export function meterValues(plant: Plant): ModelValues {
  const { gridPowerW, gridImportWh, gridExportWh } = plant.state();
  const powerScale = scaleFor([gridPowerW], INT16_LIMIT);
  const power = (value: number): number => scaled(value, powerScale, INT16_LIMIT);
  const phaseCurrent = scaled(gridPowerW / PHASES / VOLTAGE_V, -2, INT16_LIMIT);
  const phasePower = power(gridPowerW / PHASES);
  return {
    points: {
      A: scaled(gridPowerW / VOLTAGE_V, -2, INT16_LIMIT),
      AphA: phaseCurrent,
      AphB: phaseCurrent,
      AphC: phaseCurrent,
      A_SF: -2,
      PhV: VOLTAGE_V * 10,
      PhVphA: VOLTAGE_V * 10,
      PhVphB: VOLTAGE_V * 10,
      PhVphC: VOLTAGE_V * 10,
      V_SF: -1,
      Hz: FREQUENCY_HZ * 100,
      Hz_SF: -2,
      W: power(gridPowerW),
      WphA: phasePower,
      WphB: phasePower,
      WphC: phasePower,
      W_SF: powerScale,
      TotWhExp: gridExportWh,
      TotWhImp: gridImportWh,
      TotWh_SF: 0,
      Evt: 0,
    },
  };
}
