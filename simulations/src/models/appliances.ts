/** Part of an appliance's run at one power. */
export interface RunPhase {
  readonly powerW: number;
  readonly minutes: number;
}

/** Hours of the local day in which runs begin, each moment in it equally likely. */
export interface StartWindow {
  readonly fromHour: number;
  readonly toHour: number;
  /** Of all runs, the share that begins here; the shares of an appliance add up to 1. */
  readonly share: number;
}

/** An appliance that somebody switches on. */
export interface Appliance {
  readonly name: string;
  /** Runs a day for a household with no, and for each further, occupant. */
  readonly runsPerDay: number;
  readonly runsPerDayPerOccupant: number;
  readonly starts: readonly StartWindow[];
  readonly phases: readonly RunPhase[];
}

/** A heating element that a thermostat switches on and off. */
function thermostat(powerW: number, onMinutes: number, offMinutes: number, cycles: number): RunPhase[] {
  return Array.from({ length: cycles }, () => [
    { powerW, minutes: onMinutes },
    { powerW: 0, minutes: offMinutes },
  ]).flat();
}

/**
 * What a European household switches on, how often and when. Round figures of our own, chosen so that powers
 * are those on name plates and a household comes to 5 to 20 kWh a day.
 */
export const APPLIANCES: readonly Appliance[] = [
  {
    name: "kettle",
    runsPerDay: 0.6,
    runsPerDayPerOccupant: 0.9,
    starts: [
      { fromHour: 6, toHour: 9.5, share: 0.45 },
      { fromHour: 11, toHour: 17, share: 0.35 },
      { fromHour: 18.5, toHour: 22, share: 0.2 },
    ],
    phases: [{ powerW: 2000, minutes: 3 }],
  },
  {
    name: "hob",
    runsPerDay: 0.7,
    runsPerDayPerOccupant: 0.15,
    starts: [
      { fromHour: 11, toHour: 13.5, share: 0.4 },
      { fromHour: 17, toHour: 20.5, share: 0.6 },
    ],
    phases: [{ powerW: 1800, minutes: 8 }, ...thermostat(1200, 4, 3, 4)],
  },
  {
    name: "oven",
    runsPerDay: 0.2,
    runsPerDayPerOccupant: 0.08,
    starts: [
      { fromHour: 10.5, toHour: 13, share: 0.35 },
      { fromHour: 17, toHour: 20.5, share: 0.65 },
    ],
    phases: [{ powerW: 2300, minutes: 10 }, ...thermostat(2300, 3, 4, 5)],
  },
  {
    name: "dishwasher",
    runsPerDay: 0.2,
    runsPerDayPerOccupant: 0.15,
    starts: [
      { fromHour: 8.5, toHour: 10.5, share: 0.15 },
      { fromHour: 12.5, toHour: 15.5, share: 0.3 },
      { fromHour: 18.5, toHour: 22, share: 0.55 },
    ],
    phases: [
      { powerW: 60, minutes: 8 },
      { powerW: 1900, minutes: 18 },
      { powerW: 70, minutes: 40 },
      { powerW: 1900, minutes: 13 },
      { powerW: 20, minutes: 20 },
    ],
  },
  {
    name: "washing machine",
    runsPerDay: 0.1,
    runsPerDayPerOccupant: 0.16,
    starts: [
      { fromHour: 8, toHour: 13, share: 0.55 },
      { fromHour: 13, toHour: 19, share: 0.45 },
    ],
    phases: [
      { powerW: 100, minutes: 6 },
      { powerW: 2000, minutes: 16 },
      { powerW: 130, minutes: 50 },
      { powerW: 450, minutes: 10 },
    ],
  },
  {
    name: "television",
    runsPerDay: 0.8,
    runsPerDayPerOccupant: 0.1,
    starts: [{ fromHour: 18, toHour: 22, share: 1 }],
    phases: [{ powerW: 120, minutes: 170 }],
  },
];

/** Runs a day of an appliance in a household, on average. */
export function runsPerDay(appliance: Appliance, occupants: number): number {
  return appliance.runsPerDay + appliance.runsPerDayPerOccupant * occupants;
}
