import { utf8 } from '../encoding.js';
import { LatchkeyError } from '../errors.js';

/** How much of a file is encrypted at once. */
export const chunkBytes = 256 * 1024;

/** The key of one writing of one file. No two have the same one, so that the counters below never meet a key twice. */
export function chunkKey(master: CryptoKey, salt: Uint8Array<ArrayBuffer>, id: string): Promise<CryptoKey> {
  return crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt, info: utf8(`latchkey vault ${id}`) }, master,
    { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

// The nonce has the number of the piece, and whether it is the last: pieces can't be exchanged, left out or cut off (STREAM).
function parameters(n: number, isLast: boolean, use: string): AesGcmParams {
  const iv = new Uint8Array(12);
  const view = new DataView(iv.buffer);
  view.setUint32(7, n);
  view.setUint8(11, isLast ? 1 : 0);
  view.setUint8(0, use === 'about' ? 1 : 0);
  return { name: 'AES-GCM', iv, additionalData: utf8(use) };
}

/** Encrypts the n-th piece of a file, or what is said about it. */
export function seal(key: CryptoKey, n: number, isLast: boolean, plain: BufferSource, use = 'piece'): Promise<ArrayBuffer> {
  return crypto.subtle.encrypt(parameters(n, isLast, use), key, plain);
}

/** Decrypts it. */
export async function open(key: CryptoKey, n: number, isLast: boolean, sealed: ArrayBuffer, use = 'piece'): Promise<ArrayBuffer> {
  try {
    return await crypto.subtle.decrypt(parameters(n, isLast, use), key, sealed);
  } catch (error) {
    throw new LatchkeyError('vault_damaged', 'The file was changed, or the key is another one.', { cause: error });
  }
}

/** All pieces of one writing. */
export const boundary = (prefix: string): IDBKeyRange => IDBKeyRange.bound([prefix, 0], [prefix, Number.MAX_SAFE_INTEGER]);
