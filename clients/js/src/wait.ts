import { ApiError, NetworkError, RateLimitError, TransferError } from './errors.js';

/** The longest that this library waits because a server says so, in seconds. What is longer is for the app to decide. */
export const longestWait = 120;

/** Waits, but not after the signal is aborted; rejects with the signal's reason. `wake` ends it early when the network is back. */
export function wait(milliseconds: number, signal?: AbortSignal, wake = false): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(end, milliseconds);
    const target = wake && typeof addEventListener === 'function' ? globalThis : undefined;
    function end(): void {
      clearTimeout(timer);
      target?.removeEventListener('online', end);
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    }
    target?.addEventListener('online', end);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

/** True if the same request may succeed later. Storage's 403 is an address that has expired: the next try gets another one. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof RateLimitError) return (error.retryAfter ?? 0) <= longestWait;
  if (error instanceof ApiError) return error.status >= 500 || error.status === 408 || error.code === 'blocks_missing';
  if (error instanceof TransferError) return [403, 404, 408, 409, 429].includes(error.status) || error.status >= 500;
  return error instanceof NetworkError;
}

/** How long to wait before the next try, in milliseconds: as the service says, otherwise longer each time, up to half a minute. */
export function pause(error: unknown, tries: number): number {
  const seconds = error instanceof ApiError ? error.retryAfter : undefined;
  if (seconds !== undefined) return 1000 * Math.min(seconds, longestWait) + 250 * Math.random();
  return Math.min(30_000, 1000 * 2 ** tries) * (0.75 + Math.random() / 2);
}

/** True if the browser is sure that there is no network. */
export const isOffline = (): boolean => globalThis.navigator?.onLine === false;

/**
 * Does something again while it fails for the time being, up to `tries` times. Somebody waits for it: without a network, and if the
 * service asks for more than ten seconds, it is given up.
 */
export async function persist<T>(work: () => Promise<T>, tries: number, signal?: AbortSignal): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await work();
    } catch (error) {
      const milliseconds = pause(error, n - 1);
      if (signal?.aborted || n >= tries || milliseconds > 10_500 || isOffline() || !isTemporary(error)) throw error;
      await wait(milliseconds, signal, true);
    }
  }
}
