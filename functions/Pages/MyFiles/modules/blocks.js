// Sends a file's bytes to storage: whole, or in blocks, several at once and each as often as it takes.

const atOnce = 3;

/** Storage did not take the bytes. */
export class StorageError extends Error {
  constructor(status) {
    super(`Storage answered ${status}.`);
    this.status = status;
  }
}

/** Block n's id, as complete expects it: base64 of n in eight digits. */
const blockId = n => btoa(String(n).padStart(8, '0'));

const blockUrl = (upload, n) => `${upload.url}&comp=block&blockid=${encodeURIComponent(blockId(n))}`;

/** The numbers of the blocks that have not arrived; `received` are ranges of first and last. */
export const missing = ({ blockCount, received }) =>
  Array.from({ length: blockCount }, (_, n) => n).filter(n => !received.some(([first, last]) => first <= n && n <= last));

/** Sends a whole file with one PUT. `onSent` hears how many of its bytes are on their way. */
export const sendWhole = (file, { upload }, { signal, onSent }) => put(upload.url, upload.headers, file, signal, onSent);

/** Sends the blocks that are missing. `onSent` hears how many bytes of the file are there or on their way. */
export async function sendBlocks(file, progress, { signal, onSent }) {
  const { upload } = progress;
  const left = missing(progress);
  const sizeOf = n => Math.min(upload.blockSize, file.size - n * upload.blockSize);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const onTheWay = new Map();
  let arrived = file.size - left.reduce((sum, n) => sum + sizeOf(n), 0);
  const tell = () => onSent(arrived + [...onTheWay.values()].reduce((sum, bytes) => sum + bytes, 0));

  async function worker() {
    for (let n = left.shift(); n !== undefined; n = left.shift()) {
      const block = file.slice(n * upload.blockSize, n * upload.blockSize + sizeOf(n));
      await put(blockUrl(upload, n), upload.headers, block, either, bytes => {
        onTheWay.set(n, bytes);
        tell();
      });
      onTheWay.delete(n);
      arrived += block.size;
      tell();
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
  } catch (error) {
    stop.abort(); // The others too: whoever goes on asks first what has arrived.
    throw error;
  }
}

/** One PUT. By XMLHttpRequest, because fetch tells nothing on the way up. */
function put(url, headers, body, signal, onSent) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal.addEventListener('abort', abort);
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = event => onSent(event.loaded);
    request.onload = () => (request.status === 201 ? resolve() : reject(new StorageError(request.status)));
    request.onerror = () => reject(new TypeError('The network is gone.'));
    request.onabort = () => reject(signal.reason);
    request.onloadend = () => signal.removeEventListener('abort', abort);
    request.send(body);
  });
}
