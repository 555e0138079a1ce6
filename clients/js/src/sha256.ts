import { utf8 } from './encoding.js';

/** A SHA-256 that is computed piece by piece. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array<ArrayBuffer>;
}

/**
 * Begins a SHA-256 (FIPS 180-4). WebCrypto can only hash what is in memory as a whole, and only in secure contexts. The function uses
 * nothing from outside itself, because its text is also the program of the worker in files/hash.ts.
 */
export function newSha256(): Sha256 {
  const k = new Int32Array(64);
  const h = new Int32Array(8);
  // The constants are the first 32 bits of the fractional parts of roots of the first primes (§4.2.2, §5.3.3).
  const fraction = (x: number): number => ((x - Math.floor(x)) * 0x100000000) | 0;
  for (let n = 2, count = 0; count < 64; n++) {
    let isPrime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) isPrime = false;
    if (!isPrime) continue;
    if (count < 8) h[count] = fraction(Math.sqrt(n));
    k[count++] = fraction(Math.cbrt(n));
  }
  const w = new Int32Array(64);
  const rest = new Uint8Array(64);
  let inRest = 0;
  let length = 0;

  function block(bytes: Uint8Array, at: number): void {
    for (let i = 0; i < 16; i++, at += 4) w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]!;
      const y = w[i - 2]!;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
    }
    let a = h[0]!, b = h[1]!, c = h[2]!, d = h[3]!, e = h[4]!, f = h[5]!, g = h[6]!, j = h[7]!;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (j + s1 + ((e & f) ^ (~e & g)) + k[i]! + w[i]!) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      j = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    h[0]! += a; h[1]! += b; h[2]! += c; h[3]! += d; h[4]! += e; h[5]! += f; h[6]! += g; h[7]! += j;
  }

  function update(bytes: Uint8Array): void {
    length += bytes.length;
    let at = 0;
    if (inRest > 0) {
      at = Math.min(64 - inRest, bytes.length);
      rest.set(bytes.subarray(0, at), inRest);
      inRest += at;
      if (inRest < 64) return;
      block(rest, 0);
      inRest = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) block(bytes, at);
    rest.set(bytes.subarray(at));
    inRest = bytes.length - at;
  }

  function digest(): Uint8Array<ArrayBuffer> {
    const bits = length * 8;
    const padding = new Uint8Array((inRest < 56 ? 64 : 128) - inRest);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bits / 0x100000000));
    view.setUint32(padding.length - 4, bits >>> 0);
    update(padding);
    const result = new Uint8Array(32);
    h.forEach((word, i) => new DataView(result.buffer).setInt32(4 * i, word));
    return result;
  }

  return { update, digest };
}

/** The SHA-256 of bytes, or of a text in UTF-8. */
export function sha256(value: Uint8Array | string): Uint8Array<ArrayBuffer> {
  const hash = newSha256();
  hash.update(typeof value === 'string' ? utf8(value) : value);
  return hash.digest();
}
