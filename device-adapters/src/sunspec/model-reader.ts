import { type Clock, CommonwattError } from "@commonwatt/vpp-core";
import { READ_REGISTERS_MAX } from "../modbus/modbus-connection.ts";
import type { ModelAddress, RegisterReader } from "./model-chain.ts";
import type { ModelDefinition } from "./model-definition.ts";
import type { ModelImage } from "./model-image.ts";
import { planReads, type ReadBlock } from "./read-plan.ts";

/**
 * Reads one model whole. Its ID and L come with it and must still be the ones that were found.
 * @throws CommonwattError `SUNSPEC_MODEL_MOVED` when another model stands there now,
 *   `SUNSPEC_TORN_READ` (retryable) when the scale factors changed between two parts of a long model, or
 *   what `read` throws.
 */
export async function readModel(
  read: RegisterReader,
  definition: ModelDefinition,
  { id, address, length, statedLength = length }: ModelAddress,
  clock: Clock,
): Promise<ModelImage> {
  const blocks = planReads(definition, length, READ_REGISTERS_MAX);
  const parts: Buffer[] = [];
  for (const block of blocks) parts.push(await read(address + block.offset, block.count));
  const bytes = Buffer.concat(parts);
  const sourceTimeMs = clock.now();
  if (bytes.readUInt16BE(0) !== id || bytes.readUInt16BE(2) !== statedLength) {
    throw new CommonwattError(
      "SUNSPEC_MODEL_MOVED",
      `at ${address} stood model ${id} with ${statedLength} registers, now ${bytes.readUInt16BE(0)} with ${bytes.readUInt16BE(2)}`,
      { details: { address, id, length }, retryable: true },
    );
  }
  if (blocks.length > 1) await checkScaleFactors(read, definition, address, bytes);
  return { definition, bytes, sourceTimeMs };
}

/** The part of a model that holds its scale factors. */
function scaleFactorSpan(definition: ModelDefinition): ReadBlock | null {
  const offsets = definition.points.filter((point) => point.type === "sunssf").map((point) => point.offset);
  if (offsets.length === 0) return null;
  const first = Math.min(...offsets);
  const count = Math.min(READ_REGISTERS_MAX, Math.max(...offsets) - first + 1);
  return { offset: first, count };
}

/** Devices change scale factors while they run: a model read in parts is whole only if they stayed. */
async function checkScaleFactors(
  read: RegisterReader,
  definition: ModelDefinition,
  address: number,
  bytes: Buffer,
): Promise<void> {
  const span = scaleFactorSpan(definition);
  if (span === null) return;
  const again = await read(address + span.offset, span.count);
  const torn = definition.points
    .filter((point) => point.type === "sunssf" && point.offset < span.offset + span.count)
    .some(
      (point) =>
        again.readUInt16BE(2 * (point.offset - span.offset)) !== bytes.readUInt16BE(2 * point.offset),
    );
  if (!torn) return;
  throw new CommonwattError("SUNSPEC_TORN_READ", `the scale factors at ${address} changed while being read`, {
    details: { address },
    retryable: true,
  });
}
