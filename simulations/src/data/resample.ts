/**
 * Writes energies of equal steps as whole Wh of intervals of another length, into `out[offset + t * stride]`.
 * The running total is rounded, not the interval, so the sum over any stretch is off by less than one Wh and
 * nothing is lost on the way; inside a step energy is spread evenly.
 *
 * @param energyWh energy of each step, in Wh, not rounded
 * @param fromMs start of the first interval, counted from the start of the first step
 */
export function resampleToWholeWh(
  energyWh: Float64Array,
  stepMs: number,
  target: { readonly fromMs: number; readonly intervalMs: number; readonly intervals: number },
  out: Int32Array,
  offset = 0,
  stride = 1,
): void {
  let step = 0;
  let beforeStepWh = 0;
  let roundedWh = 0;
  const totalAt = (timeMs: number): number => {
    while (step < energyWh.length && (step + 1) * stepMs <= timeMs) {
      beforeStepWh += energyWh[step] ?? 0;
      step += 1;
    }
    const share = timeMs / stepMs - step;
    return share > 0 ? beforeStepWh + share * (energyWh[step] ?? 0) : beforeStepWh;
  };
  const startWh = totalAt(target.fromMs);
  for (let t = 0; t < target.intervals; t++) {
    const nextWh = Math.round(totalAt(target.fromMs + (t + 1) * target.intervalMs) - startWh);
    out[offset + t * stride] = nextWh - roundedWh;
    roundedWh = nextWh;
  }
}

/** The mean of a column of steps over each interval, e.g. of prices; time-weighted. */
export function resampleMean(
  values: Float64Array,
  stepMs: number,
  target: { readonly fromMs: number; readonly intervalMs: number; readonly intervals: number },
): Float64Array {
  return Float64Array.from({ length: target.intervals }, (_, t) => {
    const fromMs = target.fromMs + t * target.intervalMs;
    const toMs = fromMs + target.intervalMs;
    let sum = 0;
    for (let step = Math.floor(fromMs / stepMs); step * stepMs < toMs; step++) {
      const overlapMs = Math.min(toMs, (step + 1) * stepMs) - Math.max(fromMs, step * stepMs);
      sum += overlapMs * (values[step] ?? 0);
    }
    return sum / target.intervalMs;
  });
}
