/** Transaction id, protocol id, length. */
const HEADER_LENGTH = 6;

/**
 * Follows the frames of a Modbus TCP stream, to know whether its last one is whole. A frame whose rest never
 * comes would swallow the answers after it.
 */
export class FrameWatch {
  readonly #header: Buffer = Buffer.alloc(HEADER_LENGTH);
  #headerBytes = 0;
  #bodyBytesLeft = 0;
  #isAstray = false;

  /** Whether the rest of a frame is still to come. */
  get isMidFrame(): boolean {
    return this.#headerBytes > 0;
  }

  /** Whether something came that is no Modbus frame: its protocol id is not 0. */
  get isAstray(): boolean {
    return this.#isAstray;
  }

  /** Takes what has come in. */
  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#headerBytes < HEADER_LENGTH) {
        const copied = chunk.copy(
          this.#header,
          this.#headerBytes,
          at,
          at + HEADER_LENGTH - this.#headerBytes,
        );
        at += copied;
        this.#headerBytes += copied;
        if (this.#headerBytes < HEADER_LENGTH) return;
        if (this.#header.readUInt16BE(2) !== 0) this.#isAstray = true;
        this.#bodyBytesLeft = this.#header.readUInt16BE(4);
      }
      const taken = Math.min(this.#bodyBytesLeft, chunk.length - at);
      at += taken;
      this.#bodyBytesLeft -= taken;
      if (this.#bodyBytesLeft === 0) this.#headerBytes = 0;
    }
  }
}
