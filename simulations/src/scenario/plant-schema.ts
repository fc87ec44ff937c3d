import type { TSchema } from "typebox";
import { drawn, fields, number, optional, share } from "./schema-parts.ts";

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
