import type { SignedMeterReading } from "../ports/metering.ts";

/** The readings of one meter, each once, in the order in which it signed them. */
export function readingsInOrder(readings: readonly SignedMeterReading[]): readonly SignedMeterReading[] {
  const bySequence = new Map(readings.map((each) => [each.sequence, each]));
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
}
