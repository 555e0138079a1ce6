import { put, read } from './put.js';
import type { Target } from './put.js';

const parallel = 3;

/** The numbers of the blocks that have not arrived. `received` has ranges: the first and the last number. */
export function missingOf({ received = [] }: { received?: number[][] }, count: number): number[] {
  const isThere = (n: number): boolean => received.some(([first, last]) => first! <= n && n <= last!);
  return Array.from({ length: count }, (_, n) => n).filter(n => !isThere(n));
}

/**
 * Sends blocks of a file, some at once.
 * @param onSent is called with the number of bytes of the file that have arrived or are on their way; at a failure, with those that
 * have arrived.
 */
export async function sendBlocks(file: Blob, target: Target & { blockSize?: number }, missing: number[], onSent: (bytes: number) => void,
  signal?: AbortSignal): Promise<void> {
  const size = target.blockSize!;
  const sizeOf = (n: number): number => Math.min(size, file.size - n * size);
  const queue = [...missing];
  const inFlight = new Map<number, number>();
  let arrived = file.size - missing.reduce((sum, n) => sum + sizeOf(n), 0);
  const report = (): void => onSent(arrived + [...inFlight.values()].reduce((sum, bytes) => sum + bytes, 0));
  const stop = new AbortController();
  const end = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', end);

  async function send(): Promise<void> {
    for (let n = queue.shift(); n !== undefined; n = queue.shift()) {
      const number = n;
      const block = await read(file.slice(n * size, n * size + sizeOf(n)));
      const id = encodeURIComponent(btoa(String(n).padStart(8, '0')));
      await put({ url: `${target.url}&comp=block&blockid=${id}`, headers: target.headers }, block, bytes => {
        inFlight.set(number, bytes);
        report();
      }, stop.signal);
      inFlight.delete(n);
      arrived += block.byteLength;
      report();
    }
  }

  report();
  try {
    await Promise.all(Array.from({ length: parallel }, send));
  } catch (error) {
    inFlight.clear();
    report();
    throw error;
  } finally {
    stop.abort(); // The other blocks too; the next try begins by asking which have arrived.
    signal?.removeEventListener('abort', end);
  }
}
