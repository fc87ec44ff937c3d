/** Bits of an entry above those of the slot: a slot has 25. */
const TAG_SHIFT = 25;
const SLOT_MASK = 2 ** TAG_SHIFT - 1;
const TAG_MASK = ~SLOT_MASK;

/** Places of a table at first. */
const SIZE_MIN = 1_024;

/**
 * Which slot an order's id has: a hash table with linear probing (Knuth, The Art of Computer Programming 3,
 * 6.4) over typed arrays. It leaves no gaps behind, where a Map that orders come to and leave is rebuilt again and
 * again; and an order that ends is found by its slot, without its id. It doubles when every second place is taken:
 * nearly all its cost is memory that is not near, so it stays as small as it can.
 */
export class IdTable {
  /** A slot and the upper bits of its id's hash, so that most other ids are told apart at a glance; 0 is free. */
  #table: Int32Array = new Int32Array(SIZE_MIN);
  #count = 0;
  readonly #ids: string[];
  /** By slot: the hash of its id. */
  readonly #hashes: Int32Array;

  /** For slots from 1 to `slotMax`, which is less than 2^25. */
  constructor(slotMax: number) {
    this.#ids = new Array<string>(slotMax + 1).fill("");
    this.#hashes = new Int32Array(slotMax + 1);
  }

  /** The slot of an id with its hash; 0 when it is not in the table. */
  find(id: string, hash: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = table[at] as number;
      if (entry === 0) return 0;
      const slot = entry & SLOT_MASK;
      if (((entry ^ hash) & TAG_MASK) === 0 && this.#ids[slot] === id) return slot;
    }
  }

  /** Adds an id that is not in the table. */
  add(slot: number, id: string, hash: number): void {
    this.#count++;
    if (2 * this.#count > this.#table.length) this.#grow();
    this.#ids[slot] = id;
    this.#hashes[slot] = hash;
    put(this.#table, slot, hash);
  }

  /** The id of a slot that was added. */
  idOf(slot: number): string {
    return this.#ids[slot] as string;
  }

  /** Removes a slot that was added; what stands behind it moves up, so that no gap is left. */
  remove(slot: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    const hashes = this.#hashes;
    let gap = (hashes[slot] as number) & mask;
    while (((table[gap] as number) & SLOT_MASK) !== slot) gap = (gap + 1) & mask;
    for (let at = (gap + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const moved = table[at] as number;
      const home = (hashes[moved & SLOT_MASK] as number) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      table[gap] = moved;
      gap = at;
    }
    table[gap] = 0;
    this.#count--;
  }

  #grow(): void {
    const small = this.#table;
    this.#table = new Int32Array(2 * small.length);
    for (const entry of small) {
      const slot = entry & SLOT_MASK;
      if (slot !== 0) put(this.#table, slot, this.#hashes[slot] as number);
    }
  }
}

function put(table: Int32Array, slot: number, hash: number): void {
  const mask = table.length - 1;
  let at = hash & mask;
  while (table[at] !== 0) at = (at + 1) & mask;
  table[at] = (hash & TAG_MASK) | slot;
}
