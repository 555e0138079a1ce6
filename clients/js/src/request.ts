import { ApiError, InvalidAnswerError, NetworkError, RateLimitError } from './errors.js';
import type { Problem } from './errors.js';

const longest = 24 * 60 * 60;

/** An answer, read whole. */
export interface Answer {
  ok: boolean;
  status: number;
  headers: Headers;
  /** The JSON object that it has; undefined if it has none. */
  json: Record<string, unknown> | undefined;
  /** The bytes, if they were asked for and the answer is good. */
  blob?: Blob;
}

/**
 * Sends one request as this library sends all of them: without cookies, and without following a redirect, which could lead a token astray.
 * @param seconds after which nobody is expected to answer any more; `bytes` asks for the bytes of a good answer in place of its JSON.
 * @throws NetworkError; the signal's reason if it was aborted.
 */
export async function request(url: string, init: RequestInit, { seconds = 240, bytes = false } = {}): Promise<Answer> {
  const given = init.signal;
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const timer = setTimeout(end, 1000 * seconds);
  given?.addEventListener('abort', end);
  if (given?.aborted) end();
  try {
    const always: RequestInit = { credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer' };
    const answer = await fetch(url, { ...always, ...init, signal: stop.signal });
    const { ok, status, headers } = answer;
    if (bytes && ok) return { ok, status, headers, json: undefined, blob: await answer.blob() };
    return { ok, status, headers, json: object(await answer.text()) };
  } catch (error) {
    if (given?.aborted) throw given.reason;
    throw new NetworkError(`${init.method ?? 'GET'} ${new URL(url).pathname} was not answered.`, { cause: error });
  } finally {
    clearTimeout(timer);
    given?.removeEventListener('abort', end);
  }
}

function object(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

/** The error that an answer with a status of 400 or more is. */
export function refusal({ status, headers, json }: Answer): ApiError {
  const problem: Problem = { ...json, code: typeof json?.['code'] === 'string' ? json['code'] : undefined };
  const seconds = retryAfter(headers);
  return status === 429 || status === 503 ? new RateLimitError(status, problem, seconds) : new ApiError(status, problem, seconds);
}

/** `Retry-After` (RFC 9110 §10.2.3) in seconds, at most a day; undefined if there is none, or nobody understands it. */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('Retry-After');
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), longest);
}

/** Throws what says that an answer can't be right. */
export function invalid(message: string): never {
  throw new InvalidAnswerError(message);
}
