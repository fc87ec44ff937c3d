import type { OutboxContext } from "./broadcast.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { type PatienceContext, patience } from "./patience.ts";

/** An outbox with a patience of its own, for whoever waits for the chain in no other place; tells nobody unless asked. */
export function patientOutbox({
  emit = () => undefined,
  ...context
}: Omit<OutboxContext, "patience"> & Partial<Pick<PatienceContext, "emit">>): Outbox {
  const { wallClock, logger, signal } = context;
  return createOutbox({ ...context, patience: patience({ wallClock, logger, signal, emit }) });
}
