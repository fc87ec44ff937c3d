import { type RunningService, serveChild } from "@commonwatt/vpp-core";
import { emulateModbus } from "./emulate-modbus.ts";
import { emulateOpcua } from "./emulate-opcua.ts";
import type { EmulatorInit, GoMessage, HardwareAddress } from "./emulator-messages.ts";
import { heldClock } from "./held-clock.ts";
import { openKeptPlants } from "./kept-plants.ts";

function isGo(message: unknown): message is GoMessage {
  return typeof message === "object" && message !== null && "kind" in message && message.kind === "go";
}

/** A process that is the hardware of every home on one protocol; its clock stands until `go` comes. */
async function start(init: EmulatorInit): Promise<RunningService<readonly HardwareAddress[]>> {
  const clock = heldClock(init.startMs);
  const kept = await openKeptPlants(init, clock);
  const emulate = init.protocol === "modbus" ? emulateModbus : emulateOpcua;
  const servers = await emulate(init, kept.plants, clock);
  return {
    ready: servers.addresses,
    onMessage: (message) => {
      if (isGo(message)) clock.go(message.time);
    },
    stop: async () => {
      await servers.close();
      await kept.close();
    },
  };
}

serveChild(start);
