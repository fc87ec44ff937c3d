const HASH_BYTES = 32;

/** The indices of hashes, 32 bytes each and one after the other, by rising hash. */
export function risingHashes(hashes: Buffer): Uint32Array {
  const count = hashes.length / HASH_BYTES;
  // By their first four bytes, and their indices: safe numbers for two million hashes, which the engine sorts itself.
  const keys = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    keys[index] = hashes.readUInt32BE(HASH_BYTES * index) * count + index;
  }
  keys.sort();
  const firstBytes = (place: number): number => Math.floor((keys[place] ?? 0) / count);
  const sorted = new Uint32Array(count);
  for (let last = 0; last < count; last++) {
    sorted[last] = (keys[last] ?? 0) % count;
    // Rarely are they those of another.
    if (last > 0 && firstBytes(last) === firstBytes(last - 1)) insert(hashes, sorted, last);
  }
  return sorted;
}

/** Moves the last index down to its place among those before it. */
function insert(hashes: Buffer, sorted: Uint32Array, last: number): void {
  for (let at = last; at > 0; at--) {
    const [before = 0, own = 0] = [sorted[at - 1], sorted[at]];
    if (compareHashes(hashes, own, before) >= 0) return;
    sorted[at - 1] = own;
    sorted[at] = before;
  }
}

function compareHashes(hashes: Buffer, left: number, right: number): number {
  const [from, other] = [HASH_BYTES * left, HASH_BYTES * right];
  return hashes.compare(hashes, other, other + HASH_BYTES, from, from + HASH_BYTES);
}
