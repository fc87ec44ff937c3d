import assert from "node:assert/strict";
import { CommonwattError } from "@commonwatt/vpp-core";
import type { Feeder, Impedance } from "./feeder.ts";
import { NOTHING, type ReducedFeeder, reduceFeeder } from "./reduce-feeder.ts";

/** What became of one power flow. */
export interface FlowSummary {
  readonly sweeps: number;
  /** Into the low-voltage side from the grid; below zero when the feeder gives power back. In W and var. */
  readonly sourceW: number;
  readonly sourceVar: number;
  /** What turns into heat in cables and transformer, in W. */
  readonly lossesW: number;
  /**
   * How far the solution is from physics, as a share of all power that homes take and give: the largest
   * mismatch at a home, or that of the feeder as a whole (source = homes + losses), whichever is larger.
   */
  readonly residual: number;
}

/** Sweeps stop when no voltage moves by more than this, in V. */
const TOLERANCE_V = 1e-7;
const SWEEPS_MAX = 200;
/** cos and sin of the phases' angles: 0°, −120°, 120°. */
const PHASE_COS = [1, -0.5, -0.5] as const;
const PHASE_SIN = [0, -Math.sqrt(3) / 2, Math.sqrt(3) / 2] as const;

/**
 * The backward–forward sweep power flow of a radial three-phase feeder with single-phase connections of constant
 * power: currents are summed from the ends to the source, voltages fall from the source to the ends, until
 * nothing moves. Each solution begins at the one before it. Source: D. Shirmohammadi et al., IEEE Trans. Power
 * Systems 3 (1988) 753; W. H. Kersting, Distribution System Modeling and Analysis, ch. 10.
 */
export class PowerFlow {
  readonly #feeder: Feeder;
  readonly #reduced: ReducedFeeder;
  /** By node and phase, `[3 * node + phase]`: voltage, current through the branch towards the source. */
  readonly #vr: Float64Array;
  readonly #vi: Float64Array;
  readonly #jr: Float64Array;
  readonly #ji: Float64Array;
  /** By node: own impedance less mutual, and mutual. */
  readonly #z: Float64Array;
  /** The place of each connection among nodes and phases. */
  readonly #at: Int32Array;
  /** The same by bus: impedance of the branch towards the source, 0 at the source; voltage. */
  readonly #busZ: Float64Array;
  readonly #busVr: Float64Array;
  readonly #busVi: Float64Array;

  constructor(feeder: Feeder) {
    this.#feeder = feeder;
    this.#reduced = reduceFeeder(feeder);
    const count = this.#reduced.buses.length;
    this.#vr = new Float64Array(3 * count);
    this.#vi = new Float64Array(3 * count);
    this.#jr = new Float64Array(3 * count);
    this.#ji = new Float64Array(3 * count);
    this.#z = Float64Array.from(this.#reduced.impedances.flatMap(columnsOf));
    const impedances = feeder.branches.map(({ impedance }, bus) => (bus === 0 ? NOTHING : impedance));
    this.#busZ = Float64Array.from(impedances.flatMap(columnsOf));
    this.#busVr = new Float64Array(3 * feeder.buses.length);
    this.#busVi = new Float64Array(3 * feeder.buses.length);
    this.#at = this.#reduced.connectionNodes.map(
      (node, i) => 3 * node + (feeder.connections[i]?.phase ?? 1) - 1,
    );
    this.reset();
  }

  /** Forgets the last solution: every voltage is the source's. */
  reset(): void {
    const { sourceVoltageV } = this.#feeder;
    for (let i = 0; i < this.#vr.length; i++) {
      this.#vr[i] = sourceVoltageV * (PHASE_COS[i % 3] as number);
      this.#vi[i] = sourceVoltageV * (PHASE_SIN[i % 3] as number);
    }
  }

  /**
   * Finds the voltages for what each connection takes; below zero is fed in.
   * @throws CommonwattError `GRID_NO_SOLUTION` when the feeder cannot carry so much.
   */
  solve(activeW: Float64Array, reactiveVar: Float64Array): FlowSummary {
    assert(
      activeW.length === this.#at.length && reactiveVar.length === this.#at.length,
      "one per connection",
    );
    for (let sweeps = 1; sweeps <= SWEEPS_MAX; sweeps++) {
      this.#sumCurrents(activeW, reactiveVar);
      const moved = this.#dropVoltages();
      if (moved <= TOLERANCE_V) return this.#summary(sweeps, activeW, reactiveVar);
      if (!Number.isFinite(moved)) break;
    }
    this.reset();
    throw new CommonwattError(
      "GRID_NO_SOLUTION",
      "the feeder cannot carry this much power: voltages collapse",
    );
  }

  /** Backward: what each home draws at its voltage, added up towards the source. */
  #sumCurrents(activeW: Float64Array, reactiveVar: Float64Array): void {
    const jr = this.#jr.fill(0);
    const ji = this.#ji.fill(0);
    for (let i = 0; i < this.#at.length; i++) {
      const at = this.#at[i] as number;
      const [vr, vi] = [this.#vr[at] as number, this.#vi[at] as number];
      const [p, q] = [activeW[i] as number, reactiveVar[i] as number];
      const square = vr * vr + vi * vi;
      jr[at] = (jr[at] as number) + (p * vr + q * vi) / square;
      ji[at] = (ji[at] as number) + (p * vi - q * vr) / square;
    }
    const { parents } = this.#reduced;
    for (let node = parents.length - 1; node > 0; node--) {
      const from = 3 * node;
      const to = 3 * (parents[node] as number);
      for (let phase = 0; phase < 3; phase++) {
        jr[to + phase] = (jr[to + phase] as number) + (jr[from + phase] as number);
        ji[to + phase] = (ji[to + phase] as number) + (ji[from + phase] as number);
      }
    }
  }

  /** Forward: voltages from the source to the ends; answers the largest change in V. */
  #dropVoltages(): number {
    const { parents } = this.#reduced;
    const [vr, vi, jr, ji, z] = [this.#vr, this.#vi, this.#jr, this.#ji, this.#z];
    let moved = 0;
    for (let node = 1; node < parents.length; node++) {
      const [at, above, of] = [3 * node, 3 * (parents[node] as number), 4 * node];
      const [r, x] = [z[of] as number, z[of + 1] as number];
      const [rm, xm] = [z[of + 2] as number, z[of + 3] as number];
      const sr = (jr[at] as number) + (jr[at + 1] as number) + (jr[at + 2] as number);
      const si = (ji[at] as number) + (ji[at + 1] as number) + (ji[at + 2] as number);
      const [mr, mi] = [rm * sr - xm * si, rm * si + xm * sr];
      for (let phase = 0; phase < 3; phase++) {
        const [cr, ci] = [jr[at + phase] as number, ji[at + phase] as number];
        const nr = (vr[above + phase] as number) - (r * cr - x * ci) - mr;
        const ni = (vi[above + phase] as number) - (r * ci + x * cr) - mi;
        const change = Math.abs(nr - (vr[at + phase] as number)) + Math.abs(ni - (vi[at + phase] as number));
        // Not Math.max: it must become NaN with the voltages.
        if (!(change <= moved)) moved = change;
        vr[at + phase] = nr;
        vi[at + phase] = ni;
      }
    }
    return moved;
  }

  /** Judges the voltages by currents that are computed from them anew. */
  #summary(sweeps: number, activeW: Float64Array, reactiveVar: Float64Array): FlowSummary {
    const drawn = this.#jr.slice();
    const drawnImaginary = this.#ji.slice();
    this.#sumCurrents(activeW, reactiveVar);
    let [homesW, homesVar, total, worst] = [0, 0, 0, 0];
    for (let i = 0; i < this.#at.length; i++) {
      homesW += activeW[i] as number;
      homesVar += reactiveVar[i] as number;
      total += Math.hypot(activeW[i] as number, reactiveVar[i] as number);
    }
    let [sourceW, sourceVar, lossesW, lossesVar] = [0, 0, 0, 0];
    const { parents } = this.#reduced;
    for (let node = 0; node < parents.length; node++) {
      let [sr, si] = [0, 0];
      for (let phase = 0; phase < 3; phase++) {
        const at = 3 * node + phase;
        const [jr, ji] = [this.#jr[at] as number, this.#ji[at] as number];
        const [vr, vi] = [this.#vr[at] as number, this.#vi[at] as number];
        // The current that the voltages were computed with against the current that they ask for.
        const off = Math.hypot(jr - (drawn[at] as number), ji - (drawnImaginary[at] as number));
        worst = Math.max(worst, off * Math.hypot(vr, vi));
        if (node === 0) {
          sourceW += vr * jr + vi * ji;
          sourceVar += vi * jr - vr * ji;
        } else {
          const square = jr * jr + ji * ji;
          lossesW += (this.#z[4 * node] as number) * square;
          lossesVar += (this.#z[4 * node + 1] as number) * square;
          sr += jr;
          si += ji;
        }
      }
      lossesW += (this.#z[4 * node + 2] as number) * (sr * sr + si * si);
      lossesVar += (this.#z[4 * node + 3] as number) * (sr * sr + si * si);
    }
    const open = Math.hypot(sourceW - homesW - lossesW, sourceVar - homesVar - lossesVar);
    const residual = total === 0 ? 0 : Math.max(worst, open) / total;
    return { sweeps, sourceW, sourceVar, lossesW, residual };
  }

  /** The voltage at each connection in V, written into `voltagesV`. */
  connectionVoltages(voltagesV: Float64Array): void {
    for (let i = 0; i < this.#at.length; i++) {
      const at = this.#at[i] as number;
      voltagesV[i] = Math.hypot(this.#vr[at] as number, this.#vi[at] as number);
    }
  }

  /** The current of the branch towards the source in A, by bus and phase, written into `currentsA[3 * bus + phase]`. */
  branchCurrents(currentsA: Float64Array): void {
    const { carriedNodes } = this.#reduced;
    for (let bus = 0; bus < carriedNodes.length; bus++) {
      const node = carriedNodes[bus] as number;
      for (let phase = 0; phase < 3; phase++) {
        const at = 3 * node + phase;
        currentsA[3 * bus + phase] =
          node < 0 ? 0 : Math.hypot(this.#jr[at] as number, this.#ji[at] as number);
      }
    }
  }

  /** The voltage of every bus and phase in V, written into `voltagesV[3 * bus + phase]`. */
  busVoltages(voltagesV: Float64Array): void {
    const { parents } = this.#feeder;
    const { carriedNodes } = this.#reduced;
    const [vr, vi, z] = [this.#busVr, this.#busVi, this.#busZ];
    for (let bus = 0; bus < parents.length; bus++) {
      const node = carriedNodes[bus] as number;
      const [at, of] = [3 * bus, 4 * bus];
      const above = 3 * Math.max(0, parents[bus] as number);
      const [r, x, rm, xm] = [z[of] ?? 0, z[of + 1] ?? 0, z[of + 2] ?? 0, z[of + 3] ?? 0];
      const [sr, si] = node < 0 ? [0, 0] : [sum3(this.#jr, node), sum3(this.#ji, node)];
      for (let phase = 0; phase < 3; phase++) {
        const jr = node < 0 ? 0 : (this.#jr[3 * node + phase] as number);
        const ji = node < 0 ? 0 : (this.#ji[3 * node + phase] as number);
        const fromR = (bus === 0 ? this.#vr[phase] : vr[above + phase]) as number;
        const fromI = (bus === 0 ? this.#vi[phase] : vi[above + phase]) as number;
        const nr = fromR - (r * jr - x * ji) - (rm * sr - xm * si);
        const ni = fromI - (r * ji + x * jr) - (rm * si + xm * sr);
        vr[at + phase] = nr;
        vi[at + phase] = ni;
        voltagesV[at + phase] = Math.sqrt(nr * nr + ni * ni);
      }
    }
  }
}

function columnsOf(impedance: Impedance): [r: number, x: number, rm: number, xm: number] {
  const { selfOhm, selfReactanceOhm, mutualOhm, mutualReactanceOhm } = impedance;
  return [selfOhm - mutualOhm, selfReactanceOhm - mutualReactanceOhm, mutualOhm, mutualReactanceOhm];
}

function sum3(columns: Float64Array, node: number): number {
  return (columns[3 * node] ?? 0) + (columns[3 * node + 1] ?? 0) + (columns[3 * node + 2] ?? 0);
}
