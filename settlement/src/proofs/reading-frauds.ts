import { epochMs, wattHours } from "@commonwatt/vpp-core";
import type { ArchivedReading } from "../batch/metered-rows.ts";
import { type ReadingLeaf, siteHashOf } from "../batch/reading-leaf.ts";
import { fromHex, keccak256, keccakText } from "../hash/keccak.ts";
import { verifyHashedReading } from "../metering/verify-reading.ts";
import { type Accusation, accuse } from "./accusation.ts";
import { NOTICE_SECONDS } from "./around-gate.ts";
import type { CaseFile } from "./case-file.ts";

const MS_PER_HOUR = 3_600_000n;
/** A boundary cuts a register to whole Wh, and so does the meter. */
const ROUNDING_WH = 1n;

/** What is wrong with the readings of a batch. */
export function readingFrauds(file: CaseFile): readonly Accusation[] {
  if (!file.opens("readings")) return [];
  return file.opened.readings.flatMap((reading, index) => [
    ...forgedFrauds(file, reading, index),
    ...registerFrauds(file, reading.leaf, index),
    ...neighbourFrauds(file, reading.leaf, index),
  ]);
}

function forgedFrauds(file: CaseFile, reading: ArchivedReading, index: number): readonly Accusation[] {
  const { leaf, meterKey, signature } = reading;
  const found: Accusation[] = [];
  const name = file.archive.accounts[leaf.accountIndex]?.siteId ?? null;
  const isNamed = name !== null && keccakText(name) === leaf.siteId;
  if (isNamed && siteHashOf(name) !== leaf.siteHash) {
    // Half a letter of two halves is hashed as another, which a judge can be told.
    const rest = [file.reading(index), name.toWellFormed()];
    found.push(accuse("reading-unregistered", "ReadingJudge", "readingMisnamed", ...rest));
  }
  const isShown = keccak256(signature) === leaf.signatureHash && keccak256(meterKey) === leaf.meterKeyHash;
  if (isShown && !isReadingSigned(fromHex(file.domain.separator), reading)) {
    const rest = [file.reading(index), meterKey, signature];
    found.push(accuse("reading-forged", "ReadingJudge", "readingForged", ...rest));
  }
  return found;
}

/** Whether the meter that a reading names signed it for a domain. */
export function isReadingSigned(domain: Uint8Array, { leaf, meterKey, signature }: ArchivedReading): boolean {
  const { sequence, takenAtMs, importWh, exportWh } = leaf;
  const registers = { importWh: wattHours(importWh), exportWh: wattHours(exportWh) };
  const signed = { sequence, takenAtMs: epochMs(takenAtMs), ...registers, meterKey, signature };
  return verifyHashedReading(domain, fromHex(leaf.siteHash), signed) === null;
}

function registerFrauds(file: CaseFile, leaf: ReadingLeaf, index: number): readonly Accusation[] {
  const { facts, header, leaves } = file;
  const position = leaves.positions[leaf.accountIndex];
  if (!file.opens("positions")) return [];
  const takenAt = Math.floor(leaf.takenAtMs / 1_000);
  const revokedAt = facts.revokedAt(leaf.meterKeyHash);
  const isRevoked = revokedAt > 0 && takenAt > revokedAt && facts.committedAt >= revokedAt + NOTICE_SECONDS;
  const isRight =
    leaf.accountIndex < header.accountCount &&
    position?.siteId === leaf.siteId &&
    facts.siteAt(leaf.siteId, takenAt)?.meterKeyHash === leaf.meterKeyHash &&
    !isRevoked;
  if (isRight) return [];
  const rest = [file.reading(index), file.position(leaf.accountIndex)];
  return [accuse("reading-unregistered", "ReadingJudge", "readingUnregistered", ...rest)];
}

function neighbourFrauds(file: CaseFile, first: ReadingLeaf, index: number): readonly Accusation[] {
  const second = file.leaves.readings[index + 1];
  if (second === undefined) return [];
  const pair = [file.reading(index), file.reading(index + 1)];
  const found: Accusation[] = [];
  const isLater = first.takenAtMs < second.takenAtMs && first.sequence < second.sequence;
  if (!isSorted(first, second) || (isSameMeter(first, second) && !isLater)) {
    found.push(accuse("reading-unsorted", "ReadingJudge", "readingUnsorted", ...pair));
  }
  if (!isSameMeter(first, second)) return found;
  if (second.importWh < first.importWh || second.exportWh < first.exportWh) {
    found.push(accuse("register-decrease", "ReadingJudge", "registerDecrease", ...pair));
  }
  if (exceedsNameplate(file, first, second)) {
    found.push(accuse("above-nameplate", "ReadingJudge", "aboveNameplate", ...pair));
  }
  return found;
}

/** Only under one version of the site's record: limits that changed in between allow what nobody can tell. */
function exceedsNameplate({ facts }: CaseFile, first: ReadingLeaf, second: ReadingLeaf): boolean {
  const site = facts.siteAt(first.siteId, Math.floor(first.takenAtMs / 1_000));
  const later = facts.siteAt(second.siteId, Math.floor(second.takenAtMs / 1_000));
  if (site === null || later === null || site.since !== later.since) return false;
  const spanMs = Math.max(0, second.takenAtMs - first.takenAtMs);
  return (
    exceeds(first.importWh, second.importWh, site.importMaxW, spanMs) ||
    exceeds(first.exportWh, second.exportWh, site.exportMaxW, spanMs)
  );
}

/** As the judge has it, in integers without end: anything can be registered as a limit. */
function exceeds(fromWh: number, toWh: number, powerMaxW: number, spanMs: number): boolean {
  const wattMs = (BigInt(toWh) - BigInt(fromWh) - ROUNDING_WH) * MS_PER_HOUR;
  return wattMs > BigInt(powerMaxW) * BigInt(spanMs);
}

function isSorted(first: ReadingLeaf, second: ReadingLeaf): boolean {
  if (first.accountIndex !== second.accountIndex) return first.accountIndex < second.accountIndex;
  if (first.takenAtMs !== second.takenAtMs) return first.takenAtMs < second.takenAtMs;
  return first.sequence < second.sequence;
}

function isSameMeter(first: ReadingLeaf, second: ReadingLeaf): boolean {
  return (
    first.accountIndex === second.accountIndex &&
    first.siteId === second.siteId &&
    first.meterKeyHash === second.meterKeyHash
  );
}
