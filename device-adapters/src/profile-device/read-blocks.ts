import type { RegisterMapProfile, RegisterProfile } from "./profile.ts";
import { registersOf } from "./register-codec.ts";

/** Registers that must come in one answer, because one value is worked out from all of them. */
export interface RegisterSpan {
  readonly names: readonly string[];
  readonly table: "holding" | "input";
  readonly unitName: string | null;
  readonly start: number;
  /** The first address behind it. */
  readonly end: number;
}

/** One read request and the spans it is for. */
export interface ReadBlock {
  readonly table: "holding" | "input";
  readonly unitName: string | null;
  readonly start: number;
  readonly count: number;
  readonly spans: readonly RegisterSpan[];
}

/** How far requests may reach. */
export interface BlockLimits {
  readonly blockRegistersMax: number;
  readonly gapRegistersMax: number;
  /** A request stays within a window of so many registers, counted from address 0; any unless given. */
  readonly windowRegisters?: number | undefined;
}

/** The spans of some registers in the order of their addresses; spans that overlap are one. */
export function spansOf(
  registers: RegisterMapProfile["registers"],
  names: readonly string[],
): RegisterSpan[] {
  const spans = [...new Set(names)].flatMap((name) => {
    const register = registers[name];
    return register === undefined ? [] : [spanOf(registers, name, register)];
  });
  spans.sort(byPlace);
  const merged: RegisterSpan[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last === undefined || !isSamePlace(last, span) || span.start >= last.end) {
      merged.push(span);
      continue;
    }
    const names = [...new Set([...last.names, ...span.names])];
    merged[merged.length - 1] = { ...last, names, end: Math.max(last.end, span.end) };
  }
  return merged;
}

function spanOf(
  registers: RegisterMapProfile["registers"],
  name: string,
  register: RegisterProfile,
): RegisterSpan {
  const { scaleRegister, direction } = register;
  const partners = [scaleRegister, direction?.register, direction?.orNegative].filter(
    (partner) => partner !== undefined,
  );
  const parts = [register, ...partners.flatMap((partner) => registers[partner] ?? [])];
  return {
    names: [name, ...partners],
    table: register.table,
    unitName: register.unitName ?? null,
    start: Math.min(...parts.map(({ address }) => address)),
    end: Math.max(...parts.map((part) => part.address + registersOf(part))),
  };
}

function isSamePlace(left: RegisterSpan, right: RegisterSpan): boolean {
  return left.table === right.table && left.unitName === right.unitName;
}

function byPlace(left: RegisterSpan, right: RegisterSpan): number {
  const key = (span: RegisterSpan): string => `${span.unitName ?? ""}/${span.table}`;
  if (isSamePlace(left, right)) return left.start - right.start;
  return key(left) < key(right) ? -1 : 1;
}

function isSameWindow(start: number, end: number, windowRegisters = Number.POSITIVE_INFINITY): boolean {
  return Math.floor(start / windowRegisters) === Math.floor((end - 1) / windowRegisters);
}

/** Joins spans to as few requests as the limits allow; a span is never cut. */
export function planBlocks(spans: readonly RegisterSpan[], limits: BlockLimits): readonly ReadBlock[] {
  const blocks: ReadBlock[] = [];
  for (const span of spans) {
    const last = blocks.at(-1);
    const lastSpan = last?.spans.at(-1);
    const joins =
      last !== undefined &&
      lastSpan !== undefined &&
      isSamePlace(lastSpan, span) &&
      span.start - (last.start + last.count) <= limits.gapRegistersMax &&
      span.end - last.start <= limits.blockRegistersMax &&
      isSameWindow(last.start, span.end, limits.windowRegisters);
    if (joins) {
      blocks[blocks.length - 1] = { ...last, count: span.end - last.start, spans: [...last.spans, span] };
    } else {
      const { table, unitName, start, end } = span;
      blocks.push({ table, unitName, start, count: end - start, spans: [span] });
    }
  }
  return blocks;
}
