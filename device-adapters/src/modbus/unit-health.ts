import type { Clock, Random } from "@commonwatt/vpp-core";
import { BackOff, type BackOffSettings } from "./back-off.ts";

/** Requests in a row that a unit leaves unanswered before it is left alone. */
const SILENT_AFTER = 3;

interface UnitState {
  readonly backOff: BackOff;
  unanswered: number;
}

/**
 * Who behind one connection answers. A unit that stays silent is left alone by itself, so that it does not
 * cost its neighbours their turns; after each wait one request probes it.
 */
export class UnitHealth {
  readonly #settings: BackOffSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #units = new Map<number, UnitState>();
  /** Units that have answered on the present link, and those that have been silent since any did. */
  readonly #answered = new Set<number>();
  readonly #silent = new Set<number>();
  readonly #linkSilentAfter: number;
  readonly #fallenSilentAfter: number;
  #silentInARow = 0;

  /**
   * `linkSilentAfter`: requests in a row that nobody answers before the silence is the link's;
   * `fallenSilentAfter`: the same once somebody has answered on it.
   */
  constructor(
    settings: BackOffSettings,
    clock: Clock,
    random: Random,
    linkSilentAfter: number = SILENT_AFTER,
    fallenSilentAfter: number = linkSilentAfter,
  ) {
    this.#fallenSilentAfter = fallenSilentAfter;
    this.#linkSilentAfter = linkSilentAfter;
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
  }

  /** How much longer a unit is to be left alone; 0 when it may be asked. */
  remainingMs(unit: number): number {
    return this.#units.get(unit)?.backOff.remainingMs ?? 0;
  }

  /** Whether somebody has answered on the present link. */
  get hasAnswered(): boolean {
    return this.#answered.size > 0;
  }

  /**
   * Whether the silence is the link's and not one unit's: as many requests in a row have gone unanswered,
   * and nobody is left who answers.
   */
  get linkIsSilent(): boolean {
    const limit = this.hasAnswered ? this.#fallenSilentAfter : this.#linkSilentAfter;
    return this.#silentInARow >= limit && [...this.#answered].every((unit) => this.#silent.has(unit));
  }

  /** Whether more than one unit is silent. */
  get severalAreSilent(): boolean {
    return this.#silent.size > 1;
  }

  /** Begins anew with a link that nobody has answered on. What is known of the units stays. */
  linkOpened(): void {
    this.#answered.clear();
    this.#silent.clear();
    this.#silentInARow = 0;
  }

  /** Notes that a unit answers. */
  answered(unit: number): void {
    this.#units.delete(unit);
    this.#linkAnswered(unit);
  }

  /** Notes that a gateway answers in place of a unit that it does not reach. */
  unreachable(unit: number): void {
    this.#fail(unit);
    this.#linkAnswered(unit);
  }

  /** Notes that a unit has not answered in time. */
  unanswered(unit: number): void {
    this.#fail(unit);
    this.#silent.add(unit);
    this.#silentInARow += 1;
  }

  #linkAnswered(unit: number): void {
    this.#answered.add(unit);
    if (this.#silentInARow === 0) return;
    this.#silent.clear();
    this.#silentInARow = 0;
  }

  #fail(unit: number): void {
    const state = this.#units.get(unit) ?? {
      backOff: new BackOff(this.#settings, this.#clock, this.#random),
      unanswered: 0,
    };
    this.#units.set(unit, state);
    state.unanswered += 1;
    if (state.unanswered >= SILENT_AFTER) state.backOff.fail();
  }
}
