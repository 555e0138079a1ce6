import { hex } from '../encoding.js';
import { newSha256 } from '../sha256.js';
import { read } from './put.js';

const pieceBytes = 2 * 1024 * 1024;
const inMemoryBytes = 4 * 1024 * 1024;

/**
 * The SHA-256 of a file in hex. A large file is hashed by a worker, piece by piece; without workers, or where a Content-Security-Policy
 * forbids them, in the page, which stays responsive between the pieces.
 */
export async function hashOf(file: Blob, onHashed: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
  if (file.size <= inMemoryBytes && globalThis.crypto?.subtle) {
    return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', await read(file))));
  }
  const worker = newWorker(signal);
  try {
    if (worker) return await inPieces(file, worker.update, worker.digest, onHashed, signal);
  } catch (error) {
    if (!(error instanceof WorkerFailed)) throw error;
  } finally {
    worker?.end();
  }
  const hash = newSha256();
  return inPieces(file, async bytes => hash.update(new Uint8Array(bytes)), async () => hash.digest(), onHashed, signal);
}

async function inPieces(file: Blob, update: (bytes: ArrayBuffer) => Promise<void>, digest: () => Promise<Uint8Array>,
  onHashed: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
  for (let at = 0; at < file.size; at += pieceBytes) {
    signal?.throwIfAborted();
    await update(await read(file.slice(at, at + pieceBytes)));
    onHashed(Math.min(at + pieceBytes, file.size));
  }
  return hex(await digest());
}

class WorkerFailed extends Error {}

interface HashWorker {
  update(bytes: ArrayBuffer): Promise<void>;
  digest(): Promise<Uint8Array>;
  end(): void;
}

// The program stands in the worker's address, so that no bundler has to know of it.
function newWorker(signal?: AbortSignal): HashWorker | undefined {
  try {
    const program = `const hash = (${newSha256})(); onmessage = ({ data }) => {
      if (data) { hash.update(new Uint8Array(data)); postMessage(0); } else postMessage(hash.digest());
    };`;
    const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
    const worker = new Worker(url);
    let stop = (): void => {};
    const failed = new Promise<never>((_, reject) => {
      worker.onerror = event => { // A Content-Security-Policy may forbid it, long before it is asked.
        event.preventDefault();
        reject(new WorkerFailed());
      };
      stop = () => reject(signal!.reason);
      signal?.addEventListener('abort', stop);
    });
    failed.catch(() => {});
    const ask = <T>(data: ArrayBuffer | undefined): Promise<T> => Promise.race([failed, new Promise<T>(resolve => {
      worker.onmessage = ({ data: answer }) => resolve(answer as T);
      worker.postMessage(data, data ? [data] : []);
    })]);
    const end = (): void => {
      worker.terminate();
      URL.revokeObjectURL(url);
      signal?.removeEventListener('abort', stop);
    };
    return { update: bytes => ask(bytes), digest: () => ask(undefined), end };
  } catch {
    return undefined;
  }
}
