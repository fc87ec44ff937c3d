/** Turning points that wait for their counterpart; more than any course keeps that a person would draw. */
const WAITING_MAX = 32;

/**
 * Counts the cycles of several courses while they go on, by the rainflow method (S. Downing and D. Socie, Int. J.
 * Fatigue 4 (1982) 31; ASTM E1049-85, 5.4.4). Allocates nothing once it is made.
 */
export class Rainflow {
  readonly #turns: Float64Array;
  readonly #waiting: Int32Array;
  readonly #last: Float64Array;
  /** 1 up, −1 down, 0 not known. */
  readonly #direction: Int8Array;
  readonly #onCycle: (course: number, range: number, count: number) => void;

  /**
   * @param starts where each course begins
   * @param onCycle hears of each cycle its range, from its lowest to its highest, and whether it is whole (1) or half (0.5)
   */
  constructor(starts: ArrayLike<number>, onCycle: (course: number, range: number, count: number) => void) {
    this.#turns = new Float64Array(starts.length * WAITING_MAX);
    this.#waiting = new Int32Array(starts.length);
    this.#last = Float64Array.from(starts);
    this.#direction = new Int8Array(starts.length);
    this.#onCycle = onCycle;
  }

  /** A course goes on to a value. */
  follow(course: number, value: number): void {
    const last = this.#last[course] as number;
    if (value === last) return;
    const direction = value > last ? 1 : -1;
    if (direction !== this.#direction[course]) {
      this.#turn(course, last);
      this.#direction[course] = direction;
    }
    this.#last[course] = value;
  }

  /** Ends a course: what still waits counts as half cycles. */
  end(course: number): void {
    this.#turn(course, this.#last[course] as number);
    const from = course * WAITING_MAX;
    const waiting = this.#waiting[course] as number;
    for (let at = from + 1; at < from + waiting; at++) this.#onCycle(course, this.#range(at), 0.5);
    this.#waiting[course] = 0;
  }

  #range(at: number): number {
    return Math.abs((this.#turns[at] as number) - (this.#turns[at - 1] as number));
  }

  #turn(course: number, value: number): void {
    const turns = this.#turns;
    const from = course * WAITING_MAX;
    let waiting = this.#waiting[course] as number;
    if (waiting === WAITING_MAX) {
      this.#onCycle(course, this.#range(from + 1), 0.5);
      turns.copyWithin(from, from + 1, from + waiting);
      waiting -= 1;
    }
    turns[from + waiting] = value;
    waiting += 1;
    while (waiting >= 3) {
      const at = from + waiting - 1;
      const before = this.#range(at - 1);
      if (this.#range(at) < before) break;
      if (waiting === 3) {
        this.#onCycle(course, before, 0.5);
        turns[from] = turns[from + 1] as number;
        turns[from + 1] = turns[from + 2] as number;
        waiting = 2;
      } else {
        this.#onCycle(course, before, 1);
        turns[at - 2] = turns[at] as number;
        waiting -= 2;
      }
    }
    this.#waiting[course] = waiting;
  }
}
