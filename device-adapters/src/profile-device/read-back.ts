import type { PlannedWrite } from "./recipe-plan.ts";
import type { RegisterBytes } from "./register-reader.ts";

/** Whether a register that wears out already holds what would be written. */
export function isUnchanged({ name, register, words }: PlannedWrite, before: RegisterBytes): boolean {
  if (register.write?.storage !== "eeprom") return false;
  const found = before.get(name);
  return found?.status === "good" && found.value.equals(bytesOf(words));
}

/** Where registers read back differ from what was written, as a sentence; `null` when they do not. */
export function differenceIn(writes: readonly PlannedWrite[], after: RegisterBytes): string | null {
  for (const [index, { name, register, words }] of writes.entries()) {
    // A recipe may write a register twice; only the last value stays.
    if (writes.slice(index + 1).some((later) => later.name === name)) continue;
    const found = after.get(name);
    if (found === undefined || found.status !== "good") {
      return `${name} was written and cannot be read back: ${found?.reason ?? "no answer"}`;
    }
    const written = bytesOf(words);
    const holds =
      register.write?.readBack === "countdown"
        ? isCountdown(found.value, written)
        : found.value.equals(written);
    if (!holds) return `${name} was written as ${hex(written)} and reads ${hex(found.value)}`;
  }
  return null;
}

/** Some devices count a timer down in its own register: any word between 1 and what was written. */
function isCountdown(found: Buffer, written: Buffer): boolean {
  const [value, limit] = [found, written].map((bytes) =>
    Math.max(...Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(2 * index))),
  );
  return value !== undefined && limit !== undefined && value > 0 && value <= limit;
}

function bytesOf(words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * words.length);
  for (const [index, word] of words.entries()) bytes.writeUInt16BE(word, 2 * index);
  return bytes;
}

function hex(bytes: Buffer): string {
  return `0x${bytes.toString("hex")}`;
}
