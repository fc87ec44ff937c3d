/** What a child process tells its parent when its service is up, and how it is brought down. */
export interface RunningService<Ready> {
  /** Sent to the parent; plain data. */
  readonly ready: Ready;
  /** Called with what the parent sends later on. */
  readonly onMessage?: (message: unknown) => void;
  stop(): Promise<void>;
}

/** What goes over the channel between parent and child. */
export type ChildMessage =
  | { readonly kind: "ready"; readonly ready: unknown }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "message"; readonly message: unknown };

/** What goes from parent to child. */
export type ParentMessage =
  | { readonly kind: "init"; readonly init: unknown }
  | { readonly kind: "message"; readonly message: unknown }
  | { readonly kind: "stop" };

/**
 * Runs a service in a process of its own, for {@link startChild} in the parent; `tellParent` sends plain data
 * to its `onMessage`. The service stops when
 * the parent says so or is gone, even after a SIGKILL, so nothing is ever left running. Signals from a
 * terminal are left to the parent, which knows the order in which things come down.
 */
export function serveChild<Init, Ready>(
  start: (init: Init, tellParent: (message: unknown) => void) => Promise<RunningService<Ready>>,
): void {
  let service: Promise<RunningService<Ready>> | null = null;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await service?.then((running) => running.stop()).catch(() => undefined);
    process.exit(0);
  };
  const tell = (message: ChildMessage): void => {
    process.send?.(message, () => undefined);
  };
  const begin = async (init: Init): Promise<void> => {
    service = start(init, (message) => tell({ kind: "message", message }));
    try {
      tell({ kind: "ready", ready: (await service).ready });
    } catch (error) {
      tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
      await stop();
    }
  };
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => void stop());
  process.on("disconnect", () => void stop());
  process.on("message", (message: ParentMessage) => {
    if (message.kind === "init") void begin(message.init as Init);
    else if (message.kind === "stop") void stop();
    else void service?.then((running) => running.onMessage?.(message.message));
  });
}
