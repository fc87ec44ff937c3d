/** Gas constant, in J/(mol K). */
const GAS_CONSTANT = 8.3144598;
const ZERO_CELSIUS_K = 273.15;
/** The tests' reference, in K. */
const REFERENCE_K = 298.15;
/** Of lying cells: share of the capacity per √s at 25 °C, and what warmth adds, in J/mol. */
const CALENDAR_RATE = 1.2571e-5;
const ACTIVATION_J_PER_MOL = 17_126;

/**
 * How cells of lithium iron phosphate lose capacity, as most home batteries have them. Lying, the share
 * 1.2571e-5 · exp(−17126 J/mol / R · (1/T − 1/298.15 K)) · (2.8575 (SoC − 0.5)³ + 0.60225) · √(t/s)
 * (M. Naumann et al., J. Energy Storage 17 (2018) 153); moved, (0.0630 C + 0.0971) · (4.0253 (DoD − 0.6)³ + 1.0923) · √FEC
 * percent (M. Naumann et al., J. Power Sources 451 (2020) 227666), with the rate C per hour and FEC equivalent full cycles. Both
 * add up. As each goes with a root, the squares of stresses that vary add up over time and over cycles.
 */
export interface CapacityLoss {
  /** Shares of the capacity when it was new. */
  readonly calendar: number;
  readonly cycle: number;
}

/** The stress of lying at a state of charge of 0 to 1. */
export function calendarStress(stateOfCharge: number): number {
  const off = stateOfCharge - 0.5;
  return 2.8575 * off * off * off + 0.60225;
}

/** The stress of a cycle that moves a share of 0 to 1 of the capacity. */
export function cycleStress(depth: number): number {
  const off = depth - 0.6;
  return 4.0253 * off * off * off + 1.0923;
}

/** What stresses have come to. */
export interface AgeingSums {
  /** Seconds, each by the square of its {@link calendarStress}. */
  readonly calendarSeconds: number;
  /** Equivalent full cycles, each by the square of its {@link cycleStress}. */
  readonly stressedCycles: number;
  /** Mean rate at which the store is filled or emptied while it is, in capacities per hour. */
  readonly ratePerHour: number;
  readonly cellTemperatureC: number;
}

/** What a new battery has lost after all that. */
export function capacityLoss(sums: AgeingSums): CapacityLoss {
  const kelvin = sums.cellTemperatureC + ZERO_CELSIUS_K;
  const warmth = Math.exp((-ACTIVATION_J_PER_MOL / GAS_CONSTANT) * (1 / kelvin - 1 / REFERENCE_K));
  return {
    calendar: CALENDAR_RATE * warmth * Math.sqrt(sums.calendarSeconds),
    cycle: ((0.063 * sums.ratePerHour + 0.0971) * Math.sqrt(sums.stressedCycles)) / 100,
  };
}
