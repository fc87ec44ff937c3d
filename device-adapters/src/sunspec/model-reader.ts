import { type Clock, CommonwattError } from "@commonwatt/vpp-core";
import { BlockSize } from "../modbus/block-size.ts";
import type { ModelAddress, RegisterReader } from "./model-chain.ts";
import type { ModelDefinition } from "./model-definition.ts";
import type { ModelImage } from "./model-image.ts";
import { planReads, type ReadBlock } from "./read-plan.ts";

/**
 * Reads one model whole, in smaller blocks when the device refuses large ones; `size` remembers that.
 * Its ID and L come with it and must still be the ones that were found.
 * @throws CommonwattError `SUNSPEC_MODEL_MOVED` when another model stands there now,
 *   `SUNSPEC_TORN_READ` (retryable) when the scale factors changed between two parts of a long model, or
 *   what `read` throws.
 */
export async function readModel(
  read: RegisterReader,
  definition: ModelDefinition,
  model: ModelAddress,
  clock: Clock,
  size: BlockSize = new BlockSize(),
): Promise<ModelImage> {
  for (;;) {
    try {
      return await readBlocks(read, definition, model, clock, size.registersMax);
    } catch (error) {
      if (!size.shrinkAfter(error)) throw error;
    }
  }
}

async function readBlocks(
  read: RegisterReader,
  definition: ModelDefinition,
  { id, address, length, statedLength = length }: ModelAddress,
  clock: Clock,
  registersMax: number,
): Promise<ModelImage> {
  const blocks = planReads(definition, length, registersMax);
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
  if (blocks.length > 1) await checkScaleFactors(read, definition, address, blocks, bytes);
  return { definition, bytes, sourceTimeMs };
}

/** Devices change scale factors while they run: a model read in parts is whole only if they stayed. */
async function checkScaleFactors(
  read: RegisterReader,
  definition: ModelDefinition,
  address: number,
  blocks: readonly ReadBlock[],
  bytes: Buffer,
): Promise<void> {
  const factors = definition.points.filter((point) => point.type === "sunssf").map((point) => point.offset);
  let torn = false;
  for (const block of blocks) {
    const inBlock = factors.filter((at) => at >= block.offset && at < block.offset + block.count);
    if (inBlock.length === 0) continue;
    const again = await read(address + block.offset, block.count);
    torn ||= inBlock.some((at) => again.readUInt16BE(2 * (at - block.offset)) !== bytes.readUInt16BE(2 * at));
  }
  if (!torn) return;
  throw new CommonwattError("SUNSPEC_TORN_READ", `the scale factors at ${address} changed while being read`, {
    details: { address },
    retryable: true,
  });
}
