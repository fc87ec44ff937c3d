import { ZERO_HASH } from "../batch/batch-header.ts";
import type { FillLeaf } from "../batch/fill-leaf.ts";
import type { PositionLeaf } from "../batch/position-leaf.ts";
import type { ReadingLeaf } from "../batch/reading-leaf.ts";
import { type Accusation, accuse } from "./accusation.ts";
import type { CaseFile } from "./case-file.ts";
import { sameAccount } from "./order-frauds.ts";
import { placeAfter } from "./place-after.ts";

/** What is wrong with the positions of a batch. */
export function positionFrauds(file: CaseFile): readonly Accusation[] {
  if (!file.opens("positions")) return [];
  const places = new Map<number, number>();
  for (const [index, { accountIndex }] of file.leaves.fills.entries()) places.set(accountIndex, index + 1);
  const readings = Map.groupBy(
    file.leaves.readings.keys(),
    (index) => file.leaves.readings[index]?.accountIndex ?? 0,
  );
  return file.leaves.positions.flatMap((position, index) => [
    ...(file.opens("fills") ? sumFrauds(file, position, index, places) : []),
    ...ownerFrauds(file, position, index),
    ...shapeFrauds(file, position, index),
    ...(file.opens("readings") ? meterFrauds(file, position, index, readings.get(index) ?? []) : []),
  ]);
}

function sumFrauds(
  file: CaseFile,
  position: PositionLeaf,
  index: number,
  places: ReadonlyMap<number, number>,
): readonly Accusation[] {
  const { fills } = file.leaves;
  const cut = places.get(index) ?? placeAfter(fills, index);
  const last = places.has(index) ? fills[cut - 1] : undefined;
  const isRight =
    position.soldWh === (last?.soldWh ?? 0) &&
    position.boughtWh === (last?.boughtWh ?? 0) &&
    position.creditNano === (last?.creditNano ?? 0n) &&
    position.debitNano === (last?.debitNano ?? 0n);
  if (isRight || !isPlace(fills, cut, index)) return [];
  return [accuse("position-sum", "PositionJudge", "positionSum", file.position(index), file.fillCut(cut))];
}

/** Whether all fills of an account and of those before it stand before a place: not so when they are unsorted. */
function isPlace(fills: readonly FillLeaf[], place: number, accountIndex: number): boolean {
  const [previous, next] = [fills[place - 1], fills[place]];
  const isAfter = previous === undefined || previous.accountIndex <= accountIndex;
  return isAfter && (next === undefined || next.accountIndex > accountIndex);
}

function ownerFrauds(file: CaseFile, position: PositionLeaf, index: number): readonly Accusation[] {
  const { facts, header } = file;
  const known = facts.accounts[index];
  const found: Accusation[] = [];
  if (known !== undefined && !sameAccount(known, position.account)) {
    found.push(accuse("misplaced-leaf", "BalanceJudge", "positionMisplaced", file.position(index)));
  }
  if (position.siteId !== ZERO_HASH) {
    const site = facts.siteAt(position.siteId, header.intervalStart);
    if (site === null || !sameAccount(site.owner, position.account)) {
      found.push(accuse("position-metering", "PositionJudge", "positionOwner", file.position(index)));
    }
  }
  return found;
}

function shapeFrauds(file: CaseFile, position: PositionLeaf, index: number): readonly Accusation[] {
  const { readingCount } = file.header;
  const { startReading, endReading } = position;
  const isWrong = position.isMetered
    ? position.siteId === ZERO_HASH || startReading >= readingCount || endReading >= readingCount
    : startReading > 0 || endReading > 0 || hasRegisters(position);
  return isWrong ? [accuse("position-metering", "PositionJudge", "positionShape", file.position(index))] : [];
}

function hasRegisters({ startImportWh, startExportWh, endImportWh, endExportWh }: PositionLeaf): boolean {
  return startImportWh > 0 || startExportWh > 0 || endImportWh > 0 || endExportWh > 0;
}

/** `own` are the places of the account's readings. */
function meterFrauds(
  file: CaseFile,
  position: PositionLeaf,
  index: number,
  own: readonly number[],
): readonly Accusation[] {
  return position.isMetered
    ? meteredFrauds(file, position, index)
    : unmeteredFrauds(file, position, index, own);
}

function meteredFrauds(file: CaseFile, position: PositionLeaf, index: number): readonly Accusation[] {
  const { readings } = file.leaves;
  const found: Accusation[] = [];
  for (const isEnd of [false, true]) {
    const at = isEnd ? position.endReading : position.startReading;
    const before = readings[at];
    if (before === undefined) continue;
    const isRight =
      before.siteId === position.siteId &&
      encloses(file, index, at, isEnd) &&
      hasRegistersOf(position, isEnd, before, readings[at + 1], boundaryMs(file, isEnd));
    if (isRight) continue;
    const rest = [file.position(index), isEnd, file.reading(at), file.reading(at + 1)];
    found.push(accuse("position-metering", "PositionJudge", "positionBoundary", ...rest));
  }
  const [start, end] = [readings[position.startReading], readings[position.endReading]];
  if (start !== undefined && end !== undefined && start.meterKeyHash !== end.meterKeyHash) {
    const rest = [file.reading(position.startReading), file.reading(position.endReading)];
    found.push(accuse("position-metering", "PositionJudge", "positionMeters", file.position(index), ...rest));
  }
  return found;
}

function unmeteredFrauds(
  file: CaseFile,
  position: PositionLeaf,
  index: number,
  own: readonly number[],
): readonly Accusation[] {
  const { readings } = file.leaves;
  const lastUpTo = (timeMs: number): number =>
    own.findLast((place) => (readings[place]?.takenAtMs ?? 0) <= timeMs) ?? -1;
  const start = lastUpTo(boundaryMs(file, false));
  const end = lastUpTo(boundaryMs(file, true));
  const isEnclosed =
    start >= 0 &&
    encloses(file, index, start, false) &&
    encloses(file, index, end, true) &&
    readings[start]?.meterKeyHash === readings[end]?.meterKeyHash;
  if (position.siteId === ZERO_HASH || !isEnclosed) return [];
  const rest = [start, start + 1, end, end + 1].map(file.reading);
  return [accuse("position-metering", "PositionJudge", "positionUnmetered", file.position(index), ...rest)];
}

/** Whether a reading is an account's last one up to a boundary, and the next one of the same meter is after it. */
function encloses(file: CaseFile, accountIndex: number, at: number, isEnd: boolean): boolean {
  const { readings } = file.leaves;
  const before = readings[at];
  const boundary = boundaryMs(file, isEnd);
  if (before === undefined || before.accountIndex !== accountIndex || before.takenAtMs > boundary)
    return false;
  const next = readings[at + 1];
  const isOwn = next !== undefined && next.accountIndex === accountIndex;
  if (isOwn && next.takenAtMs <= boundary) return false;
  return before.takenAtMs === boundary || (isOwn && next.meterKeyHash === before.meterKeyHash);
}

function hasRegistersOf(
  position: PositionLeaf,
  isEnd: boolean,
  before: ReadingLeaf,
  next: ReadingLeaf | undefined,
  timeMs: number,
): boolean {
  const importWh = registerBetween(before, next, timeMs, "importWh");
  const exportWh = registerBetween(before, next, timeMs, "exportWh");
  return isEnd
    ? BigInt(position.endImportWh) === importWh && BigInt(position.endExportWh) === exportWh
    : BigInt(position.startImportWh) === importWh && BigInt(position.startExportWh) === exportWh;
}

function registerBetween(
  before: ReadingLeaf,
  next: ReadingLeaf | undefined,
  timeMs: number,
  register: "importWh" | "exportWh",
): bigint {
  const from = BigInt(before[register]);
  if (next === undefined || before.takenAtMs === timeMs || next[register] <= before[register]) return from;
  const elapsed = BigInt(timeMs - before.takenAtMs);
  return from + ((BigInt(next[register]) - from) * elapsed) / BigInt(next.takenAtMs - before.takenAtMs);
}

function boundaryMs({ header }: CaseFile, isEnd: boolean): number {
  return 1_000 * (isEnd ? header.intervalEnd : header.intervalStart);
}
