import { on, once } from "node:events";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { CommonwattError } from "@commonwatt/vpp-core";
import type { AgentAddress } from "./agent-address.ts";
import type { LineAnswer, LineAsk, LineThreadData, LineThreadEvent } from "./line-thread.ts";

/** So long the last lines have to reach an agent that may be gone. */
const CLOSE_MS = 1_000;

/** How long an agent is waited for, and who hears where it can connect. */
export interface ChannelOptions {
  readonly connectWithinMs: number;
  readonly answerWithinMs: number;
  readonly onListening: (at: string) => void;
}

/**
 * Lines to and from an agent. Sending and receiving happen in a thread of their own, so that a simulation, which is one
 * long calculation, can wait for an answer without giving the thread away.
 */
export class LineChannel {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #answers: Int32Array;
  readonly #timeoutMs: number;

  private constructor(worker: Worker, port: MessagePort, answers: Int32Array, timeoutMs: number) {
    this.#worker = worker;
    this.#port = port;
    this.#answers = answers;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Opens the address, and waits until an agent is there.
   * @throws CommonwattError `AGENT_ADDRESS_UNUSABLE`, `AGENT_MISSING`
   */
  static async open(
    address: AgentAddress,
    { connectWithinMs, answerWithinMs, onListening }: ChannelOptions,
  ): Promise<LineChannel> {
    const answers = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const { port1, port2 } = new MessageChannel();
    const data: LineThreadData = { address, connectWithinMs, port: port2, answers };
    const worker = new Worker(new URL("./line-thread.ts", import.meta.url), {
      execArgv: [],
      workerData: data,
      transferList: [port2],
    });
    try {
      for await (const [event] of on(worker, "message") as AsyncIterable<[LineThreadEvent]>) {
        if (event.event === "connected") break;
        if (event.event === "listening") onListening(event.at);
        if (event.event === "failed") throw unusable(event.message);
        if (event.event === "missing") throw missing(connectWithinMs);
      }
      return new LineChannel(worker, port1, answers, answerWithinMs);
    } catch (error) {
      port1.close();
      await worker.terminate();
      throw error;
    }
  }

  /** Sends a line. */
  send(line: string): void {
    this.#post({ do: "send", line, isAsked: false });
  }

  /**
   * Waits for the next line, after sending one.
   * @throws CommonwattError `AGENT_LATE`, `AGENT_GONE`
   */
  ask(line: string): string {
    const { line: answer, why } = this.#wait(line);
    if (answer !== null) return answer;
    throw new CommonwattError("AGENT_GONE", `the agent has gone in the middle of a run: ${why}`);
  }

  /**
   * Waits for the next line; `null` when the agent has gone.
   * @throws CommonwattError `AGENT_LATE`
   */
  next(): string | null {
    return this.#wait(null).line;
  }

  /** Lets the agent have what was sent, and lets it go. */
  async close(): Promise<void> {
    const closed = once(this.#worker, "message", { signal: AbortSignal.timeout(CLOSE_MS) });
    this.#post({ do: "close" });
    // Who takes nothing more has had its time.
    await closed.catch(() => {});
    this.#port.close();
    await this.#worker.terminate();
  }

  #wait(line: string | null): LineAnswer {
    const before = Atomics.load(this.#answers, 0);
    this.#post({ do: "send", line, isAsked: true });
    const woken = Atomics.wait(this.#answers, 0, before, this.#timeoutMs);
    const answer = receiveMessageOnPort(this.#port) as { readonly message: LineAnswer } | undefined;
    if (woken !== "timed-out" && answer !== undefined) return answer.message;
    const seconds = this.#timeoutMs / 1_000;
    throw new CommonwattError("AGENT_LATE", `the agent has not answered within ${seconds} seconds`, {
      details: { timeoutMs: this.#timeoutMs },
    });
  }

  #post(ask: LineAsk): void {
    this.#port.postMessage(ask);
  }
}

function unusable(why: string): CommonwattError {
  return new CommonwattError("AGENT_ADDRESS_UNUSABLE", `no agent can connect there: ${why}`);
}

function missing(timeoutMs: number): CommonwattError {
  return new CommonwattError("AGENT_MISSING", `no agent has connected within ${timeoutMs / 1_000} seconds`, {
    details: { timeoutMs },
  });
}
