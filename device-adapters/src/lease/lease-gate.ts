import { type Clock, CommonwattError, type EpochMs, isCommonwattError } from "@commonwatt/vpp-core";

const LATE = "LEASE_LATE";
/** How long a request may be on its way: one that is sent later than this before the end comes too late. */
const DELIVERY_MS = 100;

/** What the gate asks of a lease. */
interface GatedLease {
  readonly sequence: number;
  readonly validUntilMs: EpochMs;
}

/** Why a lease must not be carried out. */
export interface GateRefusal {
  readonly status: "refused";
  readonly code: "expired" | "out-of-order";
  readonly message: string;
}

/**
 * Lets the commands to one device through: one after the other, each only while its lease runs, and none
 * older than one that may have reached the device.
 */
export class LeaseGate {
  readonly #clock: Clock;
  /** The end of the command before; a command begins when it has settled. */
  #turn: Promise<unknown> = Promise.resolve();
  /** A command that failed on the wire may have arrived: older ones are refused, it itself may be repeated. */
  #attemptedSequence = Number.NEGATIVE_INFINITY;
  #appliedSequence = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs a command when those before it have settled. */
  inTurn<Result>(command: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(command);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Why a lease must not be carried out; `null` when it may. */
  refusalOf({ sequence, validUntilMs }: GatedLease): GateRefusal | null {
    if (sequence <= this.#appliedSequence || sequence < this.#attemptedSequence) {
      const message = `sequence ${sequence} comes after ${this.#attemptedSequence}`;
      return { status: "refused", code: "out-of-order", message };
    }
    const lateMs = this.#clock.now() - validUntilMs;
    if (lateMs < 0) return null;
    return { status: "refused", code: "expired", message: `the lease ended ${lateMs} ms ago` };
  }

  /** Notes that a command goes out: what is older is refused from now on. */
  noteAttempt({ sequence }: GatedLease): void {
    this.#attemptedSequence = sequence;
  }

  /** Notes that the device has the command. */
  noteApplied({ sequence }: GatedLease): void {
    this.#appliedSequence = sequence;
  }

  /**
   * Asked again just before each write: a lease may end while its requests wait in the queue.
   * @throws CommonwattError `LEASE_LATE`; {@link lateRefusal} turns it into a receipt.
   */
  assertInTime({ validUntilMs }: GatedLease): void {
    const leftMs = validUntilMs - this.#clock.now();
    if (leftMs < DELIVERY_MS) {
      throw new CommonwattError(
        LATE,
        `the lease came to ${leftMs} ms before its end while its requests waited`,
      );
    }
  }
}

/** The receipt for a lease that ended while it was carried out; `null` for any other error. */
export function lateRefusal(error: unknown): GateRefusal | null {
  if (!isCommonwattError(error, LATE)) return null;
  return { status: "refused", code: "expired", message: error.message };
}
