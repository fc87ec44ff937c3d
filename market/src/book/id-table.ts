/**
 * Which slot an order's id has: a hash table with linear probing (Knuth, The Art of Computer Programming 3,
 * 6.4) over typed arrays. It never grows and leaves no gaps behind, where a Map that orders come to and leave is
 * rebuilt again and again; and an order that ends is found by its slot, without its id.
 */
export class IdTable {
  readonly #table: Int32Array;
  readonly #mask: number;
  readonly #ids: string[];
  /** By slot: the hash of its id. */
  readonly #hashes: Int32Array;

  /** For slots from 1 to `slotMax`. */
  constructor(slotMax: number) {
    const size = 2 ** (33 - Math.clz32(slotMax));
    this.#table = new Int32Array(size);
    this.#mask = size - 1;
    this.#ids = new Array<string>(slotMax + 1).fill("");
    this.#hashes = new Int32Array(slotMax + 1);
  }

  /** The slot of an id with its hash; 0 when it is not in the table. */
  find(id: string, hash: number): number {
    let at = hash & this.#mask;
    let slot = this.#table[at] as number;
    while (slot !== 0 && !(this.#hashes[slot] === hash && this.#ids[slot] === id)) {
      at = (at + 1) & this.#mask;
      slot = this.#table[at] as number;
    }
    return slot;
  }

  /** Adds an id that is not in the table. */
  add(slot: number, id: string, hash: number): void {
    let at = hash & this.#mask;
    while (this.#table[at] !== 0) at = (at + 1) & this.#mask;
    this.#table[at] = slot;
    this.#ids[slot] = id;
    this.#hashes[slot] = hash;
  }

  /** The id of a slot that was added. */
  idOf(slot: number): string {
    return this.#ids[slot] as string;
  }

  /** Removes a slot that was added; what stands behind it moves up, so that no gap is left. */
  remove(slot: number): void {
    const mask = this.#mask;
    let gap = (this.#hashes[slot] as number) & mask;
    while (this.#table[gap] !== slot) gap = (gap + 1) & mask;
    for (let at = (gap + 1) & mask; this.#table[at] !== 0; at = (at + 1) & mask) {
      const moved = this.#table[at] as number;
      const home = (this.#hashes[moved] as number) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      this.#table[gap] = moved;
      gap = at;
    }
    this.#table[gap] = 0;
  }
}

/** The hash of an id: 32 bits, FNV-1a with a last mix. */
export function hashOfId(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
