import type { EpochMs } from "@commonwatt/vpp-core";
import type { WriteBudget } from "../lease/write-budget.ts";
import { type ModelWrite, registerDifference } from "./model-command.ts";
import { pointOf } from "./model-definition.ts";
import type { ModelImage } from "./model-image.ts";

/** Points of a device's models that wear it out: written only when they change, and within a daily budget. */
export class ModelWear {
  readonly #points: ReadonlySet<string>;
  readonly #budget: WriteBudget;

  constructor(points: readonly string[], budget: WriteBudget) {
    this.#points = new Set(points);
    this.#budget = budget;
  }

  /** The writes that are needed: those that would wear the device out and change nothing are left out. */
  needed(writes: readonly ModelWrite[], before: ModelImage): readonly ModelWrite[] {
    return writes.filter(
      (write) => !this.#wears(write, before) || registerDifference(before, write) !== null,
    );
  }

  /** Claims a command and its way back; see `WriteBudget.claim`. */
  claim(
    writes: readonly ModelWrite[],
    wayBack: readonly ModelWrite[],
    before: ModelImage,
    deadlineMs: EpochMs,
  ): Promise<string | null> {
    const command = before.definition.name;
    const changed = wayBack.filter(
      (write) =>
        registerDifference(before, write) !== null || writes.some(({ point }) => point === write.point),
    );
    return this.#budget.claim(
      { command, writes: this.#count(writes, before), wayBack: this.#count(changed, before) },
      deadlineMs,
    );
  }

  /** Notes the writes of a way back, which is never refused. */
  noteWayBack(writes: readonly ModelWrite[], before: ModelImage): void {
    this.#budget.noteWayBack(before.definition.name, this.#count(writes, before));
  }

  #count(writes: readonly ModelWrite[], before: ModelImage): number {
    return writes.filter((write) => this.#wears(write, before)).length;
  }

  #wears({ point, values }: ModelWrite, { definition }: ModelImage): boolean {
    const { offset } = pointOf(definition, point, false);
    return definition.points.some(
      (each) =>
        this.#points.has(each.name) &&
        each.offset < offset + values.length &&
        offset < each.offset + each.registers,
    );
  }
}
