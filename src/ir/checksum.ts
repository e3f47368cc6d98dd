// A fast checksum of bytes for file names and texts; it finds accidents, it is no protection against an adversary.

const C = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const;
const rotl = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** MurmurHash3_x86_128 (Austin Appleby, public domain), fed chunk by chunk; chunks may end anywhere. */
export class Checksum {
  #h1 = 0;
  #h2 = 0;
  #h3 = 0;
  #h4 = 0;
  #length = 0;
  readonly #tail = new Uint8Array(16);
  #held = 0;

  /** Adds bytes. */
  add(bytes: Uint8Array): this {
    this.#length += bytes.length;
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(16 - this.#held, bytes.length);
      this.#tail.set(bytes.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < 16) return this;
      this.#blocks(this.#tail, 0, 16);
      this.#held = 0;
    }
    const end = at + ((bytes.length - at) & ~15);
    if (end > at) this.#blocks(bytes, at, end);
    this.#held = bytes.length - end;
    this.#tail.set(bytes.subarray(end));
    return this;
  }

  /** Adds a text in UTF-8, with its length, so that two texts never add up like one. */
  addText(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.addNumber(bytes.length).add(bytes);
  }

  /** Adds a number as a double. */
  addNumber(value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.add(bytes);
  }

  /** The first 64 bits of the checksum of all bytes so far, as 16 hexadecimal digits. */
  digest(): string {
    const { h1, h2 } = this.#finish();
    return [h1, h2].map((h) => (h >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #blocks(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let h1 = this.#h1;
    let h2 = this.#h2;
    let h3 = this.#h3;
    let h4 = this.#h4;
    for (let at = from; at < to; at += 16) {
      h1 ^= Math.imul(rotl(Math.imul(view.getUint32(at, true), C[0]), 15), C[1]);
      h1 = (Math.imul((rotl(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
      h2 ^= Math.imul(rotl(Math.imul(view.getUint32(at + 4, true), C[1]), 16), C[2]);
      h2 = (Math.imul((rotl(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
      h3 ^= Math.imul(rotl(Math.imul(view.getUint32(at + 8, true), C[2]), 17), C[3]);
      h3 = (Math.imul((rotl(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
      h4 ^= Math.imul(rotl(Math.imul(view.getUint32(at + 12, true), C[3]), 18), C[0]);
      h4 = (Math.imul((rotl(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
    }
    this.#h1 = h1;
    this.#h2 = h2;
    this.#h3 = h3;
    this.#h4 = h4;
  }

  #finish(): { h1: number; h2: number } {
    const words = [0, 0, 0, 0];
    for (let i = 0; i < this.#held; i++) words[i >> 2] = (words[i >> 2] ?? 0) | ((this.#tail[i] ?? 0) << ((i & 3) * 8));
    const mix = (h: number, k: number, own: number, next: number, by: number): number =>
      h ^ Math.imul(rotl(Math.imul(k, own), by), next);
    let h1 = mix(this.#h1, words[0] ?? 0, C[0], C[1], 15) ^ this.#length;
    let h2 = mix(this.#h2, words[1] ?? 0, C[1], C[2], 16) ^ this.#length;
    let h3 = mix(this.#h3, words[2] ?? 0, C[2], C[3], 17) ^ this.#length;
    let h4 = mix(this.#h4, words[3] ?? 0, C[3], C[0], 18) ^ this.#length;
    h1 = (h1 + h2 + h3 + h4) | 0;
    h2 = (h2 + h1) | 0;
    h3 = (h3 + h1) | 0;
    h4 = (h4 + h1) | 0;
    [h1, h2, h3, h4] = [avalanche(h1), avalanche(h2), avalanche(h3), avalanche(h4)];
    h1 = (h1 + h2 + h3 + h4) | 0;
    return { h1, h2: (h2 + h1) | 0 };
  }
}

function avalanche(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** The checksum of some bytes: 16 hexadecimal digits. */
export function checksumOf(bytes: Uint8Array): string {
  return new Checksum().add(bytes).digest();
}
