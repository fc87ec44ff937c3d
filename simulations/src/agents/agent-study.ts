import { CommonwattError } from "@commonwatt/vpp-core";
import { simulate } from "../engine/simulate.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import type { SimulationResult } from "../engine/simulation-result.ts";
import type { LoadedRun } from "../runs/load-run.ts";
import type { RunSettings } from "../runs/run-plan.ts";
import {
  baselineRun,
  feederFlow,
  type RunOutcomes,
  type RunStudy,
  runOptions,
  type StudyOptions,
  studyOf,
} from "../runs/study-run.ts";
import { summaryOf } from "../runs/summary.ts";
import type { AgentAddress } from "./agent-address.ts";
import { AgentSession, RunAbandoned } from "./agent-session.ts";
import { LineChannel } from "./line-channel.ts";

/** Where an agent is, and how long it may think. */
export interface AgentsRequest {
  readonly address: AgentAddress;
  readonly connectWithinMs: number;
  readonly answerWithinMs: number;
  readonly onListening: (at: string) => void;
}

/** The last run that an agent brought to its end. */
export interface AgentStudy {
  readonly study: RunStudy;
  readonly settings: RunSettings;
}

/**
 * Lets an agent decide for the homes that are decided for from outside, in as many runs as it wants.
 * @throws CommonwattError `USAGE_BAD_AGENTS` when there is no such home, and `AGENT_…`
 */
export async function agentStudy(
  loaded: LoadedRun,
  options: StudyOptions,
  { address, ...patience }: AgentsRequest,
): Promise<AgentStudy> {
  const { neighbourhood } = loaded;
  if (!neighbourhood.strategies.includes("outside")) {
    throw new CommonwattError(
      "USAGE_BAD_AGENTS",
      "--agents is for homes with the strategy outside, and there is none; --strategy outside makes all of them so",
    );
  }
  const channel = await LineChannel.open(address, patience);
  const session = new AgentSession(channel, neighbourhood, patience.answerWithinMs);
  try {
    return await runsOf(session, loaded, options);
  } catch (error) {
    session.fail(error);
    throw error;
  } finally {
    await channel.close();
  }
}

/** A run that came to its end. */
interface EndedRun {
  readonly run: SimulationOptions;
  readonly outcomes: RunOutcomes;
  readonly settings: RunSettings;
}

async function runsOf(
  session: AgentSession,
  { neighbourhood, settings: given, feeder }: LoadedRun,
  options: StudyOptions,
): Promise<AgentStudy> {
  const baseline = await baselineRun(neighbourhood, given, options.workers);
  let last: EndedRun | null = null;
  session.greet(given);
  for (let asked = session.nextRun(); asked !== null; asked = session.nextRun()) {
    const settings = asked.seed === null ? given : { ...given, seed: asked.seed };
    const run = await runOptions(neighbourhood, settings, options);
    const result = await endedRun(session, run);
    if (result === null) continue;
    const outcomes = { result, baseline, feeder: feederFlow(neighbourhood, result, feeder) };
    last = { run, outcomes, settings };
    const study = studyOf(run, { ...settings, lieBooks: 0 }, outcomes);
    session.end(summaryOf(neighbourhood, study), result.homes.withTradingNano);
  }
  if (last === null)
    throw new CommonwattError("AGENT_GONE", "the agent has gone before a run came to its end");
  const { run, outcomes, settings } = last;
  return { study: studyOf(run, settings, outcomes), settings };
}

/** What a run came to; `null` when the agent wanted another one before it ended. */
async function endedRun(session: AgentSession, options: SimulationOptions): Promise<SimulationResult | null> {
  try {
    return await simulate({ ...options, agent: session });
  } catch (error) {
    if (error instanceof RunAbandoned) return null;
    throw error;
  }
}
