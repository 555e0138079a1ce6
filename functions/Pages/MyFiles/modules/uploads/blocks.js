// Sends a file's bytes to storage: as a whole, or in blocks, several in parallel.
import { put } from './put.js';

const maxParallel = 3;

/** Storage refused the bytes. */
export class StorageError extends Error {
  constructor(status) {
    super(`Storage answered ${status}.`);
    this.status = status;
  }
}

/** The id of block n, as "complete" expects it: the base64 of n in eight digits. */
const blockId = n => btoa(String(n).padStart(8, '0'));

const blockUrl = (upload, n) => `${upload.url}&comp=block&blockid=${encodeURIComponent(blockId(n))}`;

/** The numbers of the blocks that have not arrived. `received` holds ranges of first and last number. */
export const missing = ({ blockCount, received }) =>
  Array.from({ length: blockCount }, (_, n) => n).filter(n => !received.some(([first, last]) => first <= n && n <= last));

/** Sends a whole file with one PUT. `onSent` is called with the number of bytes sent so far. */
export const sendWhole = (file, { upload }, { signal, onSent }) => send(upload.url, upload.headers, file, signal, onSent);

/** Sends the missing blocks. `onSent` is called with the number of bytes that have arrived or are being sent. */
export async function sendBlocks(file, progress, { signal, onSent }) {
  const { upload } = progress;
  const remaining = missing(progress);
  const sizeOf = n => Math.min(upload.blockSize, file.size - n * upload.blockSize);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const inFlight = new Map();
  let arrived = file.size - remaining.reduce((sum, n) => sum + sizeOf(n), 0);
  const report = () => onSent(arrived + [...inFlight.values()].reduce((sum, bytes) => sum + bytes, 0));

  async function worker() {
    for (let n = remaining.shift(); n !== undefined; n = remaining.shift()) {
      const block = file.slice(n * upload.blockSize, n * upload.blockSize + sizeOf(n));
      await send(blockUrl(upload, n), upload.headers, block, either, bytes => {
        inFlight.set(n, bytes);
        report();
      });
      inFlight.delete(n);
      arrived += block.size;
      report();
    }
  }
  try {
    await Promise.all(Array.from({ length: maxParallel }, worker));
  } catch (error) {
    stop.abort(); // Stops the other blocks too. A new attempt starts by asking which blocks have arrived.
    throw error;
  }
}

async function send(url, headers, body, signal, onSent) {
  const status = await put(url, headers, body, onSent, signal);
  if (status !== 201) throw new StorageError(status);
}
