import type { Socket } from "node:net";
import { type EpochMs, epochMs, systemClock } from "@commonwatt/vpp-core";
import type { WireHook } from "../modbus-server.ts";
import type { Fault, WireFaultName } from "./fault.ts";
import { spoilExchange } from "./spoil-exchange.ts";

/** A wire whose faults are set from outside while it runs. */
export class FaultyWire implements WireHook {
  /** The fault of the next exchange; `null` when it is to go well. */
  choose: () => Fault<WireFaultName> | null = () => null;
  /** How long a new connection is not heard. */
  deafAfterConnectMs = 0;
  /** What becomes of a second client at a time. */
  others: "served" | "refused" | "unheard" = "served";
  readonly #sockets = new Map<Socket, EpochMs>();
  readonly #deaf = new WeakSet<Socket>();

  connected(socket: Socket): boolean {
    const isOther = this.#sockets.size > 0;
    if (isOther && this.others === "refused") {
      socket.resetAndDestroy();
      return false;
    }
    if (isOther && this.others === "unheard") return false;
    this.#sockets.set(socket, epochMs(systemClock.now() + this.deafAfterConnectMs));
    socket.once("close", () => this.#sockets.delete(socket));
    return true;
  }

  exchange(socket: Socket, request: Buffer, answer: () => Buffer): void {
    const heardFromMs = this.#sockets.get(socket) ?? 0;
    if (this.#deaf.has(socket) || systemClock.now() < heardFromMs) return;
    const fault = this.choose();
    if (fault === null) socket.write(answer());
    else spoilExchange(fault, { socket, request, answer, deafen: (deaf) => void this.#deaf.add(deaf) });
  }

  /** Resets every connection. */
  resetAll(): void {
    for (const socket of this.#sockets.keys()) socket.resetAndDestroy();
    this.#sockets.clear();
  }
}
