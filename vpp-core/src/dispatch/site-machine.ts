import { type ActorRefFrom, assign, createActor, type SnapshotFrom, setup } from "xstate";
import { goodValue } from "../der/measured.ts";
import type { ConnectionLimits } from "../grid/site.ts";
import type { EpochMs } from "../time/clock.ts";
import type { WattHours } from "../units/energy.ts";
import { type Decision, decide, type GridCommand, type Position } from "./decide.ts";
import type { SiteImage } from "./site-image.ts";

/** How many control cycles without a meter make a fault. */
const CYCLES_TO_FAULT = 5;

/** What a controller is doing. */
export type SiteMode =
  | "starting"
  | "selfConsumption"
  | "scheduled"
  | "dispatched"
  | "islanded"
  | "fault"
  | "optedOut";

/** What a controller knows from the start. */
export interface SiteSettings {
  readonly limits: ConnectionLimits;
  readonly reserveWh: WattHours;
  /** How long a decision stands before the next one. */
  readonly horizonMs: number;
}

interface SiteContext extends SiteSettings {
  readonly nowMs: EpochMs | null;
  readonly image: SiteImage | null;
  readonly cyclesWithoutMeter: number;
  readonly position: Position | null;
  readonly gridCommand: GridCommand | null;
  readonly batteryDoubt: string | null;
  readonly optedOut: boolean;
  readonly venueReachable: boolean;
  readonly decision: Decision;
}

/** What may happen to a controller. `cycle` comes once per control cycle, with what was read. */
export type SiteEvent =
  | {
      readonly type: "cycle";
      readonly nowMs: EpochMs;
      readonly image: SiteImage;
      readonly position: Position | null;
      /** Why the battery must be left alone now. */
      readonly batteryDoubt?: string | null;
    }
  | { readonly type: "gridCommand"; readonly command: GridCommand }
  | { readonly type: "optOut" }
  | { readonly type: "optIn" }
  | { readonly type: "venueLost" }
  | { readonly type: "venueBack" };

const WAITING: Decision = { setpointW: null, authority: "safety", reason: "nothing has been read yet" };

/** The mode that a controller's knowledge calls for; the first that applies. */
function modeFor(context: SiteContext): SiteMode {
  if (context.image === null || context.nowMs === null) return "starting";
  if (context.cyclesWithoutMeter >= CYCLES_TO_FAULT) return "fault";
  if (context.gridCommand !== null && context.gridCommand.validUntilMs > context.nowMs) return "dispatched";
  if (context.optedOut) return "optedOut";
  if (context.position !== null && context.position.netSoldWh !== 0) return "scheduled";
  return context.venueReachable ? "selfConsumption" : "islanded";
}

function decisionFor(context: SiteContext): Decision {
  const { image, nowMs } = context;
  if (image === null || nowMs === null) return WAITING;
  if (context.cyclesWithoutMeter >= CYCLES_TO_FAULT) {
    return {
      setpointW: null,
      authority: "safety",
      reason: `no meter: ${image.gridPowerW.reason ?? "silent"}`,
    };
  }
  return decide({ ...context, image, nowMs });
}

const toMode = (mode: SiteMode) =>
  ({ guard: ({ context }: { context: SiteContext }) => modeFor(context) === mode, target: mode }) as const;

const to = {
  fault: toMode("fault"),
  dispatched: toMode("dispatched"),
  optedOut: toMode("optedOut"),
  scheduled: toMode("scheduled"),
  islanded: toMode("islanded"),
  selfConsumption: toMode("selfConsumption"),
};

/**
 * The controller of one site. It owns the mode and remembers who asks for what; what to do is decided by
 * the pure {@link decide}. Modes are states: each lists the modes it may turn into.
 */
const siteMachine = setup({
  types: {
    context: {} as SiteContext,
    events: {} as SiteEvent,
    input: {} as SiteSettings,
  },
  actions: {
    redecide: assign({ decision: ({ context }) => decisionFor(context) }),
  },
}).createMachine({
  id: "site",
  initial: "starting",
  context: ({ input }) => ({
    ...input,
    nowMs: null,
    image: null,
    cyclesWithoutMeter: 0,
    position: null,
    gridCommand: null,
    batteryDoubt: null,
    optedOut: false,
    venueReachable: true,
    decision: WAITING,
  }),
  on: {
    cycle: {
      actions: [
        assign(({ context, event }) => ({
          nowMs: event.nowMs,
          image: event.image,
          position: event.position,
          batteryDoubt: event.batteryDoubt ?? null,
          cyclesWithoutMeter: goodValue(event.image.gridPowerW) === null ? context.cyclesWithoutMeter + 1 : 0,
        })),
        "redecide",
      ],
    },
    gridCommand: {
      guard: ({ context }) => !context.optedOut,
      actions: [assign({ gridCommand: ({ event }) => event.command }), "redecide"],
    },
    optOut: { actions: [assign({ optedOut: true, gridCommand: null }), "redecide"] },
    optIn: { actions: [assign({ optedOut: false }), "redecide"] },
    venueLost: { actions: assign({ venueReachable: false }) },
    venueBack: { actions: assign({ venueReachable: true }) },
  },
  states: {
    starting: {
      always: [to.fault, to.dispatched, to.optedOut, to.scheduled, to.islanded, to.selfConsumption],
    },
    selfConsumption: { always: [to.fault, to.dispatched, to.optedOut, to.scheduled, to.islanded] },
    scheduled: { always: [to.fault, to.dispatched, to.optedOut, to.islanded, to.selfConsumption] },
    dispatched: { always: [to.fault, to.optedOut, to.scheduled, to.islanded, to.selfConsumption] },
    islanded: { always: [to.fault, to.dispatched, to.optedOut, to.scheduled, to.selfConsumption] },
    fault: { always: [to.dispatched, to.optedOut, to.scheduled, to.islanded, to.selfConsumption] },
    optedOut: { always: [to.fault, to.dispatched, to.scheduled, to.islanded, to.selfConsumption] },
  },
});

/** A running controller. */
export interface SiteController {
  send(event: SiteEvent): void;
  mode(): SiteMode;
  decision(): Decision;
  stop(): void;
}

/** Starts the controller of one site. */
export function startSiteController(settings: SiteSettings): SiteController {
  const actor: ActorRefFrom<typeof siteMachine> = createActor(siteMachine, { input: settings });
  actor.start();
  const snapshot = (): SnapshotFrom<typeof siteMachine> => actor.getSnapshot();
  return {
    send: (event) => actor.send(event),
    mode: () => snapshot().value,
    decision: () => snapshot().context.decision,
    stop: () => {
      actor.stop();
    },
  };
}
