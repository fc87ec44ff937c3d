import { type TSchema, Type } from "typebox";
import { USUAL } from "../data/neighbourhood-of.ts";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";
import { dataSchema } from "./data-schema.ts";
import { battery, car, heatPump } from "./plant-schema.ts";
import { drawn, fields, number, oneOf, optional, share, text } from "./schema-parts.ts";

/** Seasons, each by the first day of a month that is in the middle of it. */
export const SEASONS = { winter: "01-01", spring: "04-01", summer: "07-01", autumn: "10-01" } as const;

/** Days of the week, in order; `weekdays` and `weekend` are several of them. */
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekdays", "weekend"] as const;

const CLOCK = "^([01]?[0-9]|2[0-3]):[0-5][0-9]$|^24:00$";
const MINUTES = [1, 5, 15, 30, 60];
const PRICE = { minimum: -100, maximum: 100 };
const strategy = (description: string): TSchema => oneOf(Object.keys(STRATEGIES), { description });

const measured = (what: string): TSchema =>
  fields(`${what}, as measured.`, {
    data: text("The name of the data source."),
    site: optional(text("The home in it; left out: the one of the same id.")),
    scale: optional(
      drawn({ description: "Factor on what was measured.", minimum: 0, maximum: 1_000, default: 1 }),
    ),
  });

const load = Type.Union(
  [
    measured("What the household takes"),
    fields("What the household takes, drawn from a model of appliances.", {
      occupants: optional(
        drawn({ description: "Who lives there; rounded.", minimum: 1, maximum: 12, default: 3 }),
      ),
      baseW: optional(drawn({ description: "What never sleeps.", minimum: 0, maximum: 5_000, default: 90 })),
      scale: optional(
        drawn({ description: "Factor on what appliances take.", minimum: 0, maximum: 20, default: 1 }),
      ),
    }),
  ],
  { description: "What the household takes: measured, or from a model." },
);

const pv = Type.Union(
  [
    measured("What the inverter gives"),
    fields("Modules on a roof, from a model of sun and clouds.", {
      share: share("modules"),
      peakW: drawn({
        description: "Power under standard test conditions.",
        exclusiveMinimum: 0,
        maximum: 1_000_000,
      }),
      tiltDeg: optional(drawn({ description: "From the horizontal.", minimum: 0, maximum: 90, default: 30 })),
      azimuthDeg: optional(
        drawn({ description: "The way it faces; 180 is south.", minimum: 0, maximum: 360, default: 180 }),
      ),
      inverterShare: optional(
        drawn({
          description: "What the inverter passes, as a share of peakW.",
          exclusiveMinimum: 0,
          maximum: 2,
          default: 0.9,
        }),
      ),
    }),
  ],
  { description: "What the inverter gives: measured, or from a model; left out: no modules." },
);

const feeder = Type.Union(
  [
    text("Its folder, from where the scenario is."),
    fields("Its folder, and limits in place of those that its data holds.", {
      folder: text("Its folder, from where the scenario is."),
      transformerKVA: optional(
        number({ description: "What the transformer may pass.", exclusiveMinimum: 0, maximum: 1e6 }),
      ),
      lineA: optional(
        Type.Record(Type.String(), number({ description: "In A.", exclusiveMinimum: 0, maximum: 1e5 }), {
          description: "What each phase of a line may carry in A, by the line's name.",
        }),
      ),
    }),
  ],
  { description: "The OpenDSS feeder that the homes hang on, for voltages, losses and limits." },
);

const sites = fields("One home, several alike, or those of a data source.", {
  id: optional(text("Name of the home; of several, the beginning: `home` gives home-1, home-2 …")),
  count: optional(
    Type.Integer({ description: "How many homes of this kind.", minimum: 1, maximum: 100_000, default: 1 }),
  ),
  from: optional(text("All homes of this data source, with loads, PV and batteries as it has them.")),
  load: optional(load),
  pv: optional(pv),
  battery: optional(battery),
  heatPump: optional(heatPump),
  ev: optional(car),
  strategy: optional(strategy("How they bid; left out: drawn from `strategies`.")),
  importPowerMaxW: optional(
    number({
      description: "What the connection allows; left out: 17250, or more where the data shows more.",
      minimum: 0,
    }),
  ),
  exportPowerMaxW: optional(
    number({
      description: "What the connection allows; left out: 17250, or more where the data shows more.",
      minimum: 0,
    }),
  ),
});

const price = (description: string, usual: number): TSchema =>
  Type.Union(
    [
      number({ description: "The same at all times.", ...PRICE }),
      fields("By weekday and hour, in local time.", {
        timeOfUse: fields("Periods, the first that fits counts, and what it costs otherwise.", {
          periods: Type.Array(
            fields("A period of the week.", {
              days: optional(
                Type.Array(oneOf(DAYS, { description: "A day, or several." }), {
                  description: "On which days; left out: on all.",
                  minItems: 1,
                }),
              ),
              from: Type.String({
                description: "From which time of day, as 06:00.",
                pattern: CLOCK,
                examples: ["06:00"],
              }),
              to: Type.String({
                description: "To which time of day; 24:00 is midnight.",
                pattern: CLOCK,
                examples: ["06:00"],
              }),
              pricePerKwh: number({ description: "Price in it.", ...PRICE }),
            }),
            { description: "The periods.", minItems: 1 },
          ),
          otherwisePerKwh: number({ description: "Price outside all periods.", ...PRICE }),
        }),
      }),
      fields("A series of prices, as of a day-ahead market.", {
        series: fields("A CSV file.", {
          path: text("The file, from where the scenario is."),
          timeColumn: text("Its column of times, each the start of its price."),
          priceColumn: text("Its column of prices."),
          timeFormat: optional(
            oneOf(["iso", "d/m/y", "m/d/y", "d.m.y", "epoch-s", "epoch-ms"], {
              description: "How times are written.",
              default: "iso",
            }),
          ),
          timeZone: optional(text("Of times without an offset; left out: that of the scenario.")),
          per: optional(oneOf(["kWh", "MWh"], { description: "What a price is for.", default: "kWh" })),
          factor: optional(number({ description: "On each price: tax, currency.", default: 1 })),
          addPerKwh: optional(
            number({ description: "On top of each price: grid fee, levies.", ...PRICE, default: 0 }),
          ),
        }),
      }),
      fields("The prices that a data source has.", { data: text("The name of the data source.") }),
    ],
    { description, default: usual },
  );

/** What a scenario file must look like. */
export const scenarioSchema: TSchema = fields("A neighbourhood to simulate.", {
  $schema: optional(text("Where editors find this schema.")),
  community: optional(text("Names the community; the market's draws follow from it.", "neighbourhood")),
  seed: optional(
    Type.Union([Type.String({ minLength: 1 }), Type.Integer()], {
      description: "Decides all that is drawn: homes, appliances, clouds, strategies.",
      default: 1,
    }),
  ),
  season: optional(
    oneOf(Object.keys(SEASONS), {
      description: "Begins on the 1st of January, April, July or October 2026.",
    }),
  ),
  start: optional(
    text(
      "First day in local time, as 2026-07-01, or a time on it, as 2026-07-01T08:00; left out: by season, else when the data begins, else 2026-07-01.",
    ),
  ),
  days: optional(
    number({
      description: "How long; left out: as the data goes, or a week.",
      exclusiveMinimum: 0,
      maximum: 36_525,
    }),
  ),
  resolutionMinutes: optional(Type.Enum(MINUTES, { description: "Length of an interval.", default: 15 })),
  timeZone: optional(text("Of the homes: when their day begins, and when a tariff changes.", "UTC")),
  location: optional(
    fields("Where the homes are, for the sun; left out: near Zürich.", {
      latitudeDeg: number({ description: "North is positive.", minimum: -90, maximum: 90 }),
      longitudeDeg: number({ description: "East is positive.", minimum: -180, maximum: 180 }),
    }),
  ),
  cloudiness: optional(
    number({
      description: "0: hardly ever a cloud, 1: nearly always.",
      minimum: 0,
      maximum: 1,
      default: 0.4,
    }),
  ),
  data: optional(
    Type.Record(Type.String(), dataSchema, { description: "Sources of measured data, by name." }),
  ),
  sites: Type.Array(sites, { description: "The homes.", minItems: 1 }),
  tariff: optional(
    fields("What the retailer charges and pays, in currency units per kWh.", {
      retailPricePerKwh: optional(price("What a kWh from the grid costs.", USUAL.retailPrice)),
      feedInPricePerKwh: optional(
        price(
          "What a kWh fed in brings, never above the retail price; fields as of retailPricePerKwh.",
          USUAL.feedInPrice,
        ),
      ),
    }),
  ),
  feeder: optional(feeder),
  mechanism: optional(
    text(
      "How the market clears: a name of `commonwatt clear --help`, with `:k` where it takes one.",
      "uniform",
    ),
  ),
  feePpm: optional(
    Type.Integer({
      description: "Millionths of each payment that the operator keeps.",
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
    }),
  ),
  forecast: optional(
    oneOf(Object.keys(FORECASTS), { description: "How homes look ahead.", default: "persistence" }),
  ),
  strategies: optional(
    Type.Union(
      [
        strategy("All homes alike."),
        fields(
          "Strategies and their shares of the homes.",
          Object.fromEntries(
            Object.keys(STRATEGIES).map((name) => [
              name,
              optional(number({ description: "Its share.", minimum: 0 })),
            ]),
          ),
        ),
      ],
      { description: "How homes bid that name no strategy of their own.", default: "truthful" },
    ),
  ),
});
