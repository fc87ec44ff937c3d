import { CommonwattError } from "@commonwatt/vpp-core";
import { type TSchema, Type } from "typebox";
import { checkValue, type JsonSchema, writtenPath } from "../scenario/check-value.ts";
import { fields, oneOf, optional } from "../scenario/schema-parts.ts";

/** Of the messages; another number is another language. */
export const PROTOCOL_VERSION = 1;

const ENERGY_MAX_WH = 1_000_000;
const PRICE_MAX = 100_000_000;
const POWER_MAX_W = 1_000_000;
const FOUND_LETTERS = 120;

const whole = (description: string, minimum?: number, maximum?: number): TSchema =>
  Type.Integer({
    description,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  });
const maybe = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
const kind = (name: string, description: string): TSchema => oneOf([name], { description });
const name = (description: string): TSchema => Type.String({ description, minLength: 1 });
const time = (description: string): TSchema => Type.String({ description, format: "date-time" });

const result = maybe(
  fields("What the interval before came to; null before the first.", {
    interval: whole("Which one."),
    soldWh: whole("What the home sold, as cleared."),
    boughtWh: whole("What it bought, as cleared."),
    price: maybe(whole("Mean price of what members traded, micro per kWh; null when nothing was.")),
    gainNano: whole(
      "What it gained (+) or paid (−) in all, trades and retailer, in billionths of the currency: the reward.",
    ),
  }),
);

const hello = fields("From Commonwatt, first: what will be run.", {
  type: kind("hello", "The message."),
  version: whole("Of the messages."),
  community: name("The community."),
  mechanism: name("How the market clears."),
  forecast: name("How homes look ahead."),
  seed: name("Of the run, unless a reset names another."),
  startsAt: time("When the first interval begins."),
  intervalMinutes: whole("Length of an interval."),
  intervals: whole("How many there are."),
  answerWithinMs: whole("A later answer ends the run."),
  ordersMax: whole("The most orders of a home in an interval."),
  units: fields("Of the numbers, by the last word of their names.", {
    Wh: name("Of energies."),
    W: name("Of powers."),
    price: name("Of prices."),
    Nano: name("Of money."),
  }),
  homes: Type.Array(
    fields("A home that the agent decides for; a home without a battery has 0 in its columns.", {
      home: name("Its name."),
      capacityWh: whole("What the battery holds."),
      storedMinWh: whole("It is never emptier."),
      storedMaxWh: whole("It is never fuller."),
      reserveWh: whole("What stays in it for its owner."),
      chargePowerMaxW: whole("Most power in."),
      dischargePowerMaxW: whole("Most power out."),
      inverterPowerMaxW: maybe(whole("What battery and modules together may give; null: no limit.")),
      importPowerMaxW: whole("What the connection takes."),
      exportPowerMaxW: whole("What the connection gives."),
    }),
    { description: "In the order of all messages." },
  ),
});

const observe = fields("From Commonwatt, once for each interval that is bid for.", {
  type: kind("observe", "The message."),
  interval: whole("Which one, from 0."),
  startsAt: time("When it begins."),
  retailPrice: whole("What a kWh from the grid costs in it, micro per kWh."),
  feedInPrice: whole("What a kWh fed in brings in it, micro per kWh."),
  referencePrice: whole("Mean price of the last interval that had trades, or the middle of the tariff."),
  homes: Type.Array(
    fields("What a home sees.", {
      home: name("Its name."),
      expectedLoadWh: whole("What the household is expected to take in the interval."),
      expectedPvWh: whole("What the inverter is expected to give."),
      storedWh: whole("What the battery holds when it begins."),
      chargeMaxWh: whole("The most that it can take in it."),
      dischargeMaxWh: whole("The most that it can give in it."),
      last: result,
    }),
    { description: "All homes of the agent." },
  ),
});

const end = fields("From Commonwatt, after the last interval.", {
  type: kind("end", "The message."),
  resultHash: name("Of all columns of the run: the same actions give the same."),
  summary: Type.Object(
    {},
    { description: "As in summary.json: homes, intervals, kpis, missing, checks and more." },
  ),
  homes: Type.Array(
    fields("What the run came to for a home.", {
      home: name("Its name."),
      last: result,
      gainNano: whole("What it gained (+) or paid (−) over all intervals."),
    }),
    { description: "All homes of the agent." },
  ),
});

const error = fields("From Commonwatt, before it hangs up.", {
  type: kind("error", "The message."),
  code: name("Stable; listed in the page on outside agents."),
  message: name("For a person."),
});

const reset = fields("From the agent: begins a run, the first or another one, also in the middle of one.", {
  type: kind("reset", "The message."),
  version: whole("Of the messages that the agent speaks."),
  seed: optional(name("Of what strategies draw in this run; left out: the one of hello.")),
});

const act = fields("From the agent, after each observe. A home that is not listed bids nothing.", {
  type: kind("act", "The message."),
  interval: whole("The one that was observed.", 0),
  homes: Type.Array(
    fields("What a home does.", {
      home: name("Its name."),
      orders: optional(
        Type.Array(
          fields("A bid or an offer.", {
            side: oneOf(["bid", "offer"], { description: "To buy, or to sell." }),
            energyWh: whole("How much.", 1, ENERGY_MAX_WH),
            limitPrice: whole("The most to pay, or the least to get, micro per kWh.", -PRICE_MAX, PRICE_MAX),
          }),
          {
            description:
              "All on one side, the best first: what the connection cannot move is cut off from the last.",
          },
        ),
      ),
      batteryPowerW: optional(
        maybe(
          whole(
            "What the battery does when none of the orders trades, + is discharge, within its limits; else and when left out it " +
              "delivers what was traded and follows its own house.",
            -POWER_MAX_W,
            POWER_MAX_W,
          ),
        ),
      ),
    }),
    { description: "Any of the agent's homes, each once." },
  ),
});

const close = fields("From the agent: the last run was the last.", { type: kind("close", "The message.") });

/** What an agent says. */
export type AgentMessage =
  | { readonly type: "reset"; readonly version: number; readonly seed?: string }
  | { readonly type: "act"; readonly interval: number; readonly homes: readonly HomeAction[] }
  | { readonly type: "close" };

/** What a home does, as an agent says it. */
export interface HomeAction {
  readonly home: string;
  readonly orders?: readonly {
    readonly side: "bid" | "offer";
    readonly energyWh: number;
    readonly limitPrice: number;
  }[];
  readonly batteryPowerW?: number | null;
}

const FROM_AGENT: Readonly<Record<string, TSchema>> = { reset, act, close };

/** All messages, as a JSON schema. */
export const messagesSchema: TSchema = Type.Union([hello, observe, end, error, reset, act, close], {
  description: "The messages between Commonwatt and an agent from outside, one JSON object a line.",
});

/**
 * What a line of an agent says.
 * @throws CommonwattError `AGENT_MESSAGE_INVALID` with what was found and what is allowed
 */
export function agentMessage(line: string): AgentMessage {
  const value = parsed(line);
  const type = (value as { readonly type?: unknown } | null)?.type;
  const schema = typeof type === "string" && Object.hasOwn(FROM_AGENT, type) ? FROM_AGENT[type] : undefined;
  if (schema === undefined) {
    throw invalid(
      `type: found ${JSON.stringify(type) ?? "nothing"}, allowed is one of "reset", "act", "close"`,
    );
  }
  const [fault] = checkValue(schema as JsonSchema, value);
  if (fault === undefined) return value as AgentMessage;
  throw invalid(fault.path.length === 0 ? fault.what : `${writtenPath(fault.path)}: ${fault.what}`);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    const shown = line.length > FOUND_LETTERS ? `${line.slice(0, FOUND_LETTERS)}…` : line;
    throw invalid(`found ${JSON.stringify(shown)}, allowed is one JSON object a line`);
  }
}

function invalid(what: string): CommonwattError {
  return new CommonwattError("AGENT_MESSAGE_INVALID", `a message of the agent: ${what}`);
}
