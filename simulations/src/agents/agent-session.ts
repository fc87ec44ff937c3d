import assert from "node:assert/strict";
import { CommonwattError, isCommonwattError, isoTime, messageOf } from "@commonwatt/vpp-core";
import { QUOTES_MAX } from "../engine/shared-run.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { RunSettings } from "../runs/run-plan.ts";
import type { RunSummary } from "../runs/summary.ts";
import type { BiddingMoment } from "../strategies/bidding-moment.ts";
import type { OutsideAction, OutsideAgent, OutsideResult } from "../strategies/outside-agent.ts";
import { type AgentMessage, agentMessage, type HomeAction, PROTOCOL_VERSION } from "./agent-messages.ts";
import type { LineChannel } from "./line-channel.ts";

const UNITS = {
  Wh: "watt-hours",
  W: "watts",
  price: "millionths of the currency unit per kWh",
  Nano: "billionths of the currency unit",
} as const;
const NOTHING: OutsideAction = { orders: [], batteryPowerW: null };

/** What an agent asks a run to be. */
export interface AskedRun {
  /** `null`: that of the settings. */
  readonly seed: string | null;
}

/** An agent wants another run before this one has ended. */
export class RunAbandoned extends Error {}

/** A conversation with an agent: hello, then runs, each from its reset to its end. */
export class AgentSession implements OutsideAgent {
  readonly #channel: LineChannel;
  readonly #neighbourhood: Neighbourhood;
  readonly #answerWithinMs: number;
  /** Rows of the agent's homes, by name. */
  readonly #places: ReadonlyMap<string, number>;
  #abandonedFor: AskedRun | null = null;
  #lastResults: readonly (OutsideResult | null)[] = [];

  constructor(channel: LineChannel, neighbourhood: Neighbourhood, answerWithinMs: number) {
    this.#channel = channel;
    this.#neighbourhood = neighbourhood;
    this.#answerWithinMs = answerWithinMs;
    this.#places = new Map(this.#homes().map((home, place) => [this.#nameOf(home), place]));
  }

  /** Says what will be run. */
  greet({ mechanism, forecast, seed }: RunSettings): void {
    const { community, startMs, intervalMinutes, intervals } = this.#neighbourhood;
    this.#send({
      ...{ type: "hello", version: PROTOCOL_VERSION, community, mechanism, forecast, seed },
      ...{ startsAt: isoTime(startMs), intervalMinutes, intervals },
      ...{ answerWithinMs: this.#answerWithinMs, ordersMax: QUOTES_MAX, units: UNITS },
      homes: this.#homes().map((home) => this.#described(home)),
    });
  }

  /**
   * Waits until the agent wants a run; `null` when it wants none any more.
   * @throws CommonwattError `AGENT_…`
   */
  nextRun(): AskedRun | null {
    const abandonedFor = this.#abandonedFor;
    this.#abandonedFor = null;
    if (abandonedFor !== null) return abandonedFor;
    const line = this.#channel.next();
    const message = line === null ? null : agentMessage(line);
    if (message === null || message.type === "close") return null;
    if (message.type === "reset") return askedRun(message);
    throw new CommonwattError(
      "AGENT_OUT_OF_TURN",
      `found an ${message.type} of the agent, allowed is a reset, which begins a run, or a close`,
    );
  }

  decide(
    homes: readonly number[],
    moment: BiddingMoment,
    results: readonly (OutsideResult | null)[],
  ): readonly OutsideAction[] {
    const message = agentMessage(this.#channel.ask(JSON.stringify(this.#seen(homes, moment, results))));
    if (message.type === "reset") {
      this.#abandonedFor = askedRun(message);
      throw new RunAbandoned();
    }
    if (message.type === "close") {
      throw new CommonwattError("AGENT_GONE", "the agent has closed in the middle of a run");
    }
    return this.#actionsOf(message, moment.interval, homes.length);
  }

  ended(_homes: readonly number[], results: readonly (OutsideResult | null)[]): void {
    this.#lastResults = results.map((result) => (result === null ? null : { ...result }));
  }

  /** Says what a run came to. */
  end(summary: RunSummary, withTradingNano: Float64Array): void {
    const homes = this.#homes().map((home, place) => ({
      home: this.#nameOf(home),
      last: this.#lastResults[place] ?? null,
      gainNano: withTradingNano[home],
    }));
    this.#send({ type: "end", resultHash: summary.resultHash, summary, homes });
  }

  /** Says why it ends. */
  fail(error: unknown): void {
    const code = isCommonwattError(error) ? error.code : "SIMULATION_FAILED";
    this.#send({ type: "error", code, message: messageOf(error) });
  }

  #seen(homes: readonly number[], moment: BiddingMoment, results: readonly (OutsideResult | null)[]): object {
    const { startMs, intervalMinutes } = this.#neighbourhood;
    const { interval, retailPrice, feedInPrice, referencePrice } = moment;
    return {
      ...{ type: "observe", interval, startsAt: isoTime(startMs + interval * intervalMinutes * 60_000) },
      ...{ retailPrice, feedInPrice, referencePrice },
      homes: homes.map((home, place) => ({
        home: this.#nameOf(home),
        expectedLoadWh: moment.expectedLoadWh[home],
        expectedPvWh: moment.expectedPvWh[home],
        storedWh: moment.storedWh[home],
        chargeMaxWh: moment.chargeMaxWh[home],
        dischargeMaxWh: moment.dischargeMaxWh[home],
        last: results[place],
      })),
    };
  }

  #actionsOf(
    { interval, homes }: Extract<AgentMessage, { type: "act" }>,
    asked: number,
    count: number,
  ): readonly OutsideAction[] {
    if (interval !== asked) throw refused("interval", `found ${interval}, allowed is ${asked}, as observed`);
    const actions = new Array<OutsideAction>(count).fill(NOTHING);
    homes.forEach((action, at) => {
      const place = this.#places.get(action.home);
      if (place === undefined) {
        throw refused(`homes[${at}].home`, `found "${action.home}", allowed is a home that hello lists`);
      }
      if (actions[place] !== NOTHING) throw refused(`homes[${at}].home`, `found "${action.home}" twice`);
      actions[place] = actionOf(action, at);
    });
    return actions;
  }

  #homes(): readonly number[] {
    const { strategies } = this.#neighbourhood;
    return [...strategies.keys()].filter((home) => strategies[home] === "outside");
  }

  #nameOf(home: number): string {
    const siteId = this.#neighbourhood.siteIds[home];
    assert(siteId !== undefined, "an agent decides for homes of its neighbourhood");
    return siteId;
  }

  #described(home: number): object {
    const { batteries, importPowerMaxW, exportPowerMaxW } = this.#neighbourhood;
    const at = (column: Int32Array): number => column[home] as number;
    return {
      home: this.#nameOf(home),
      capacityWh: at(batteries.capacityWh),
      storedMinWh: at(batteries.storedMinWh),
      storedMaxWh: at(batteries.storedMaxWh),
      reserveWh: at(batteries.reserveWh),
      chargePowerMaxW: at(batteries.chargePowerMaxW),
      dischargePowerMaxW: at(batteries.dischargePowerMaxW),
      inverterPowerMaxW: at(batteries.inverterPowerMaxW) || null,
      importPowerMaxW: at(importPowerMaxW),
      exportPowerMaxW: at(exportPowerMaxW),
    };
  }

  #send(message: object): void {
    this.#channel.send(JSON.stringify(message));
  }
}

function askedRun({ version, seed }: Extract<AgentMessage, { type: "reset" }>): AskedRun {
  if (version === PROTOCOL_VERSION) return { seed: seed ?? null };
  throw new CommonwattError(
    "AGENT_VERSION_UNKNOWN",
    `the agent speaks version ${version} of the messages, allowed is ${PROTOCOL_VERSION}`,
    { details: { version } },
  );
}

function actionOf({ orders = [], batteryPowerW = null }: HomeAction, at: number): OutsideAction {
  const [first] = orders;
  const place = `homes[${at}].orders`;
  if (orders.length > QUOTES_MAX) {
    throw refused(place, `found ${orders.length}, allowed are ${QUOTES_MAX} in an interval`);
  }
  if (orders.some(({ side }) => side !== first?.side)) {
    throw refused(place, "found bids and offers, allowed is one side in an interval");
  }
  return { orders, batteryPowerW };
}

function refused(where: string, what: string): CommonwattError {
  return new CommonwattError("AGENT_ACTION_REFUSED", `an act of the agent: ${where}: ${what}`, {
    details: { where },
  });
}
