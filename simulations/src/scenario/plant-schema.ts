import type { TSchema } from "typebox";
import { drawn, fields, number, oneOf, optional, share } from "./schema-parts.ts";

/** A home's battery. */
export const battery: TSchema = fields("A battery; left out: none, or the one that the data has.", {
  share: share("a battery"),
  capacityWh: drawn({ description: "What it holds.", exclusiveMinimum: 0, maximum: 1_000_000 }),
  powerMaxW: optional(
    drawn({
      description: "Most power each way; left out: capacityWh in two hours.",
      exclusiveMinimum: 0,
      maximum: 1_000_000,
    }),
  ),
  efficiencyPermille: optional(
    drawn({
      description: "Thousandths that go in, and come out again.",
      minimum: 500,
      maximum: 1_000,
      default: 960,
    }),
  ),
  standbyLossW: optional(
    drawn({
      description: "What its electronics draw from it at rest.",
      minimum: 0,
      maximum: 10_000,
      default: 0,
    }),
  ),
  workingLossShare: optional(
    drawn({
      description: "What its converter loses at work, however little it moves; share of powerMaxW, as 0.007.",
      minimum: 0,
      maximum: 0.5,
      default: 0,
    }),
  ),
  fullPowerLossShare: optional(
    drawn({
      description:
        "What it loses beside that at full power, less by the square below; share of powerMaxW, as 0.035.",
      minimum: 0,
      maximum: 0.5,
      default: 0,
    }),
  ),
  cellTemperatureC: optional(
    drawn({
      description: "How warm its cells are, for their ageing.",
      minimum: -20,
      maximum: 60,
      default: 25,
    }),
  ),
  replacementPricePerKwh: optional(
    number({
      description:
        "What a kWh of capacity costs to replace, for the cost of ageing; rounded, left out: not known.",
      minimum: 1,
      maximum: 1_000_000,
    }),
  ),
  storedMinShare: optional(
    drawn({ description: "It is never emptier; share of capacityWh.", minimum: 0, maximum: 1, default: 0.1 }),
  ),
  reserveShare: optional(
    drawn({
      description: "What stays in it for its owner; share of capacityWh.",
      minimum: 0,
      maximum: 1,
      default: 0,
    }),
  ),
  startShare: optional(
    drawn({
      description: "What it holds at the start; share of capacityWh.",
      minimum: 0,
      maximum: 1,
      default: 0.5,
    }),
  ),
});

const control = (what: string): TSchema =>
  optional(
    oneOf(["at-once", "cheapest", "surplus"], {
      description: `${what}: at once, when the retail price is lowest, or from what the sun leaves over and the rest as late as it can wait.`,
      default: "at-once",
    }),
  );

/** A heat pump and the house that it warms. */
export const heatPump: TSchema = fields(
  "A heat pump that warms the house; its electricity comes on top of `load`.",
  {
    share: share("a heat pump"),
    building: optional(
      fields("The house; left out: 140 m² of 1985.", {
        floorAreaM2: optional(
          drawn({ description: "Heated floor.", minimum: 10, maximum: 10_000, default: 140 }),
        ),
        builtIn: optional(
          drawn({
            description:
              "The year it was built, for what it loses, as detached houses of that year did; not refurbished.",
            minimum: 1_500,
            maximum: 2_100,
            default: 1985,
          }),
        ),
        lossWPerM2K: optional(
          drawn({
            description:
              "What a m² of floor loses per kelvin, instead of builtIn: 0.5 is a passive house, 4 an old one.",
            minimum: 0.1,
            maximum: 10,
          }),
        ),
      }),
    ),
    source: optional(oneOf(["air", "ground"], { description: "Where the heat comes from.", default: "air" })),
    emitter: optional(
      oneOf(["radiators", "floor"], {
        description: "What it warms: radiators need hotter water than a floor.",
        default: "radiators",
      }),
    ),
    powerMaxW: optional(
      drawn({
        description: "Most that it draws; left out: what keeps the house warm at −12 °C.",
        minimum: 100,
        maximum: 1_000_000,
      }),
    ),
    setC: optional(
      drawn({ description: "What the thermostat is set to.", minimum: 10, maximum: 25, default: 21 }),
    ),
    bandK: optional(
      drawn({
        description: "How far below and above that people put up with.",
        minimum: 0,
        maximum: 5,
        default: 1,
      }),
    ),
    control: control("When it heats"),
  },
);

/** An electric car. */
export const car: TSchema = fields(
  "An electric car that is charged at home; its charging comes on top of `load`.",
  {
    share: share("an electric car"),
    capacityWh: optional(
      drawn({ description: "What its battery holds.", minimum: 1_000, maximum: 1_000_000, default: 60_000 }),
    ),
    chargePowerMaxW: optional(
      drawn({ description: "At the charger.", minimum: 500, maximum: 400_000, default: 11_000 }),
    ),
    efficiencyPermille: optional(
      drawn({
        description: "Thousandths of what the charger takes that reach the battery.",
        minimum: 500,
        maximum: 1_000,
        default: 900,
      }),
    ),
    whPerKm: optional(
      drawn({ description: "What it uses on the road.", minimum: 50, maximum: 1_000, default: 180 }),
    ),
    targetShare: optional(
      drawn({
        description: "It is filled up to here; share of capacityWh.",
        minimum: 0.1,
        maximum: 1,
        default: 0.8,
      }),
    ),
    startShare: optional(
      drawn({
        description: "What it holds at the start; share of capacityWh, no more than targetShare.",
        minimum: 0,
        maximum: 1,
        default: 0.6,
      }),
    ),
    commuterShare: optional(
      number({
        description: "Share of the cars that somebody drives to work with.",
        minimum: 0,
        maximum: 1,
        default: 0.5,
      }),
    ),
    distanceShare: optional(
      drawn({
        description: "Factor on all distances: 1 is about 12,000 km a year.",
        minimum: 0,
        maximum: 10,
        default: 1,
      }),
    ),
    control: control("When it is charged"),
  },
);
