const HIGH_WORD = 2 ** 32;

/** A view of bytes, wherever they begin in their memory. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Writes a safe integer in 64 bits, in two's complement and with its highest byte first. */
export function write64(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / HIGH_WORD);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * HIGH_WORD);
}

/** Writes an unsigned integer in 128 bits, its highest byte first. Throws a RangeError for anything else. */
export function write128(view: DataView, at: number, value: bigint): void {
  const low = BigInt.asUintN(64, value);
  if (low === value) {
    // Most amounts: none of this needs arithmetic on more than 64 bits.
    view.setUint32(at, 0);
    view.setUint32(at + 4, 0);
  } else {
    if (value < 0n || value >> 128n !== 0n) {
      throw new RangeError(`${value} is no unsigned integer of 128 bits`);
    }
    view.setBigUint64(at, value >> 64n);
  }
  view.setBigUint64(at + 8, low);
}
