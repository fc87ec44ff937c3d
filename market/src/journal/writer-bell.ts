/** What wakes the thread that writes journals: words that it shares with all owners of journals. */
export type WriterBell = Int32Array<SharedArrayBuffer>;

const RUNG = 0;
const ASLEEP = 1;

/** Makes a bell. */
export function createBell(): WriterBell {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Wakes the writer, or keeps it from falling asleep. */
export function callWriter(bell: WriterBell): void {
  Atomics.add(bell, RUNG, 1);
  Atomics.notify(bell, RUNG);
}

/** Wakes the writer when it sleeps; to be called after what it shall find was stored. */
export function ringIfAsleep(bell: WriterBell): void {
  // A writer that does not sleep looks once more before it does, so it needs no bell, which costs a system call.
  if (Atomics.load(bell, ASLEEP) === 1) callWriter(bell);
}

/** Does `work` again and again, and sleeps once it has answered that there was none; for ever. */
export function workUntilCalled(bell: WriterBell, work: () => boolean): never {
  for (;;) {
    const seen = Atomics.load(bell, RUNG);
    if (work()) continue;
    Atomics.store(bell, ASLEEP, 1);
    // What came before the owner could see that nobody is awake.
    if (!work()) Atomics.wait(bell, RUNG, seen);
    Atomics.store(bell, ASLEEP, 0);
  }
}
