import { goodValue } from "../der/measured.ts";
import type { SiteImage } from "../dispatch/site-image.ts";
import type { SiteId } from "../grid/site.ts";
import type { MeterReading, MeterSigner, SignedMeterReading } from "../ports/metering.ts";
import type { EpochMs } from "../time/clock.ts";
import { type IntervalMinutes, intervalAt } from "../time/delivery-interval.ts";
import type { WattHours } from "../units/energy.ts";

/** The registers of a meter at one moment. */
interface Registers {
  readonly takenAtMs: EpochMs;
  readonly importWh: WattHours;
  readonly exportWh: WattHours;
}

/** Watches a site's registers: signs those next to interval boundaries, and measures the running interval. */
export interface MeterRecorder {
  /** Takes the image of a control cycle; gives the reading that it signed, if it signed one. */
  observe(image: SiteImage): SignedMeterReading | null;
  /** Import minus export since the running interval began; `null` while the registers at its start are not known. */
  netImportedWh(): WattHours | null;
}

/**
 * Makes the recorder of one site. It signs the first reading it sees, the first after each boundary and
 * those just before one (within `windowMs`), so that every boundary is enclosed closely by signed registers.
 * @param earlier what this meter signed before, oldest first: the last reading, and those around the start of
 *   the running interval, so that a restart in mid-interval knows what was metered in it already
 */
export function meterRecorder(
  siteId: SiteId,
  signer: MeterSigner,
  minutes: IntervalMinutes,
  windowMs: number,
  earlier: readonly MeterReading[],
): MeterRecorder {
  let sequence = earlier.at(-1)?.sequence ?? 0;
  let previous: Registers | null = null;
  let atStart: Registers | null = null;
  let latest: Registers | null = null;
  const sign = (registers: Registers): SignedMeterReading => {
    sequence += 1;
    return signer.sign({ siteId, sequence, ...registers });
  };
  /** Notes registers; tells whether they are the first within their interval. */
  const note = (registers: Registers): boolean => {
    const { startMs } = intervalAt(registers.takenAtMs, minutes);
    previous = latest;
    latest = registers;
    const isFirst = previous === null || previous.takenAtMs < startMs;
    if (isFirst) atStart = previous === null ? null : interpolated(previous, registers, startMs);
    return isFirst;
  };
  for (const reading of earlier) note(reading);
  return {
    observe(image) {
      const registers = registersOf(image);
      if (registers === null) return null;
      // A meter that signed one time after a later one would look like a liar, and its intervals count for nothing.
      if (latest !== null && registers.takenAtMs <= latest.takenAtMs) return null;
      const isFirst = note(registers);
      const isNearEnd = intervalAt(registers.takenAtMs, minutes).endMs - registers.takenAtMs <= windowMs;
      return isFirst || isNearEnd ? sign(registers) : null;
    },
    netImportedWh() {
      if (atStart === null || latest === null) return null;
      return (latest.importWh - atStart.importWh - (latest.exportWh - atStart.exportWh)) as WattHours;
    },
  };
}

function registersOf(image: SiteImage): Registers | null {
  const importWh = goodValue(image.gridImportWh);
  const exportWh = goodValue(image.gridExportWh);
  if (importWh === null || exportWh === null) return null;
  return { takenAtMs: image.gridImportWh.sourceTimeMs, importWh, exportWh };
}

/** The registers at a boundary between two readings, linear in time, in whole Wh. */
function interpolated(before: Registers, after: Registers, atMs: EpochMs): Registers {
  const share = (atMs - before.takenAtMs) / (after.takenAtMs - before.takenAtMs);
  const between = (from: WattHours, to: WattHours): WattHours =>
    Math.floor(from + (to - from) * share) as WattHours;
  return {
    takenAtMs: atMs,
    importWh: between(before.importWh, after.importWh),
    exportWh: between(before.exportWh, after.exportWh),
  };
}
