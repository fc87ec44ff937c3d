import { epochMs, isCommonwattError } from "@commonwatt/vpp-core";
import { BlockSize } from "../modbus/block-size.ts";
import { exceptionCodeOf } from "../modbus/modbus-errors.ts";
import { saysModelsMoved } from "../sunspec/device-fault.ts";
import {
  type ModelAddress,
  type ModelChain,
  type RegisterReader,
  walkModelChain,
} from "../sunspec/model-chain.ts";
import { pointOf } from "../sunspec/model-definition.ts";
import { readModel } from "../sunspec/model-reader.ts";
import { commonModel } from "../sunspec/models/common-model.ts";
import { modelById } from "../sunspec/models/models.ts";
import type { RecordedPeer } from "./profile-source.ts";
import { type RegisterRun, type RegisterSource, withMaskedSerials } from "./register-source.ts";

const COMMON_MODEL_ID = 1;

/**
 * The whole SunSpec map of a unit: its marker, each model at the boundaries of its points, and its end.
 * Of models that we have no table of, what the device gives in one piece. When the models have moved, the
 * map is walked anew.
 */
export function sunSpecSource(unit: number, peer: RecordedPeer): RegisterSource {
  const size = new BlockSize();
  let chain: ModelChain | null = null;
  const read: RegisterReader = (address, count) =>
    peer.connection.readRegisters(unit, address, count, {
      deadlineMs: epochMs(peer.wallClock.now() + peer.timeoutMs),
    });
  const run = (address: number, bytes: Buffer): RegisterRun => ({ unit, table: "holding", address, bytes });

  async function readOne(model: ModelAddress): Promise<readonly RegisterRun[]> {
    const definition = modelById(model.id);
    if (definition === null) return readOr(model, [model.length + 2, 2]);
    const { bytes } = await readModel(read, definition, model, peer.wallClock, size);
    const rest = model.length + 2 - bytes.length / 2;
    const known = run(model.address, bytes);
    if (rest <= 0) return [known];
    return [known, ...(await readOr({ address: model.address + bytes.length / 2 }, [rest]))];
  }

  /** The first of some lengths that the device gives from an address on. */
  async function readOr(
    { address }: Pick<ModelAddress, "address">,
    counts: readonly number[],
  ): Promise<readonly RegisterRun[]> {
    for (const count of counts.filter((each) => each <= size.registersMax)) {
      try {
        return [run(address, await read(address, count))];
      } catch (error) {
        if (exceptionCodeOf(error) === null || (isCommonwattError(error) && error.retryable)) throw error;
      }
    }
    return [];
  }

  async function readMap({ baseAddress, models }: ModelChain): Promise<readonly RegisterRun[]> {
    const runs = [run(baseAddress, await read(baseAddress, 2))];
    for (const model of models) runs.push(...(await readOne(model)));
    const last = models.at(-1);
    const end = last === undefined ? baseAddress + 2 : last.address + 2 + last.length;
    // Some devices have no L behind their last id, and some not even that.
    return [...runs, ...(await readOr({ address: end }, [2, 1]))];
  }

  /** A map whose models have moved since is walked anew, once. */
  async function readKnownMap(): Promise<readonly RegisterRun[]> {
    const known = chain;
    chain = null;
    if (known !== null) {
      try {
        const runs = await readMap(known);
        chain = known;
        return runs;
      } catch (error) {
        if (!saysModelsMoved(error)) throw error;
      }
    }
    const found = await walkModelChain(read);
    const runs = await readMap(found);
    chain = found;
    return runs;
  }

  return {
    readOnce: async () => {
      const runs = await readKnownMap();
      return peer.maskSerial ? withMaskedSerials(runs, serialPlaces(unit, chain?.models ?? [])) : runs;
    },
  };
}

function serialPlaces(unit: number, models: readonly ModelAddress[]) {
  const { offset, registers: count } = pointOf(commonModel, "SN", false);
  return models
    .filter(({ id }) => id === COMMON_MODEL_ID)
    .map(({ address }) => ({ unit, table: "holding", address: address + offset, count }) as const);
}
