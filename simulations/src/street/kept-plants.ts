import { join } from "node:path";
import { type Clock, durationMs, type EpochMs, epochMs, systemClock, type Timer } from "@commonwatt/vpp-core";
import { createHomePlant, type HomePlant } from "../models/home-plant.ts";
import { createRecordedPlant } from "../models/recorded-home.ts";
import type { EmulatorInit } from "./emulator-messages.ts";
import { loadPlants, savePlants } from "./plant-file.ts";
import type { EmulatedHome } from "./street.ts";
import { streetHash } from "./street-hash.ts";

/** How often the plants are saved, in real time. */
const SAVE_PERIOD_MS = 1_000;

/** A home and its running hardware. */
export interface KeptPlant {
  readonly home: EmulatedHome;
  readonly plant: HomePlant;
}

/** Plants whose state outlives the process. */
export interface KeptPlants {
  readonly plants: readonly KeptPlant[];
  /** Saves for the last time. */
  close(): Promise<void>;
}

/**
 * Makes the plants of every home on one protocol. Plants that were saved before go on from there, through the
 * physics, up to the start time; registers never go back, for a plant that is ahead waits for the clock.
 * @throws CommonwattError as `loadPlants` does.
 */
export async function openKeptPlants(init: EmulatorInit, clock: Clock): Promise<KeptPlants> {
  const path = join(init.directory, `plants-${init.protocol}.json`);
  const hash = streetHash(init.street);
  const saved = await loadPlants(path, hash);
  const plants = init.street.homes
    .filter((home) => home.protocol === init.protocol)
    .map((home) => {
      const plant = plantOf(home, epochMs(init.startMs));
      const snapshot = saved[home.id];
      if (snapshot !== undefined) plant.restore(snapshot);
      plant.advanceTo(epochMs(init.startMs));
      return { home, plant };
    });
  const save = (): Promise<void> => {
    const now = clock.now();
    for (const { plant } of plants) plant.advanceTo(now);
    const snapshots = Object.fromEntries(plants.map(({ home, plant }) => [home.id, plant.snapshot()]));
    return savePlants(path, hash, snapshots);
  };
  await save();
  const stopSaving = savePeriodically(save);
  return {
    plants,
    close: async () => {
      await stopSaving();
      await save();
    },
  };
}

/** A recorded home is as old as its record, so that it has been through all of it. */
function plantOf(home: EmulatedHome, startMs: EpochMs): HomePlant {
  if (!("powers" in home)) return createHomePlant(home, startMs);
  return createRecordedPlant(home, epochMs(Math.min(home.powers.startMs, startMs)));
}

/** One save at a time. One that fails is made good by the next, a period later. */
function savePeriodically(save: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  let saving: Promise<void> = Promise.resolve();
  let timer: Timer;
  const arm = (): void => {
    timer = systemClock.after(durationMs(SAVE_PERIOD_MS), () => {
      saving = save()
        .catch(() => undefined)
        .then(() => {
          if (!stopped) arm();
        });
    });
  };
  arm();
  return async () => {
    stopped = true;
    timer.cancel();
    await saving;
  };
}
