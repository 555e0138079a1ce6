import type { Authorizer } from '../authorizer.js';
import { invalid, refusal, request } from '../request.js';
import type { Answer } from '../request.js';
import { persist } from '../wait.js';
import type { paths } from './openapi.js';

/** The methods of the API. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The paths, without the issuer, that take a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [_ in Lowercase<M>]: { responses: unknown } } ? P : never;
}[keyof paths];

/** An operation of the document. */
export type Operation<M extends Method, P extends PathOf<M>> = paths[P][Lowercase<M> & keyof paths[P]];

type Parameters<O, In extends string> =
  O extends { parameters: infer All } ? In extends keyof All ? NonNullable<All[In]> : undefined : undefined;
type Good<All> = Extract<keyof All, 200 | 201 | 202>;
type JsonOf<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;

/** The query parameters of an operation. */
export type QueryOf<M extends Method, P extends PathOf<M>> = Parameters<Operation<M, P>, 'query'>;

/** The JSON that an operation takes. */
export type BodyOf<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { requestBody?: infer Body } ? JsonOf<NonNullable<Body>> : never;

/** The JSON that an operation answers with; undefined where the answer has none. */
export type ResultOf<M extends Method, P extends PathOf<M>> = Operation<M, P> extends { responses: infer All }
  ? { [S in Good<All>]: JsonOf<All[S]> }[Good<All>] | (204 extends keyof All ? undefined : never)
  : never;

/** What a request is made of. */
export interface RequestParts<M extends Method, P extends PathOf<M>> {
  /** The parts of the path in braces. */
  path?: Record<string, string>;
  query?: QueryOf<M, P>;
  body?: BodyOf<M, P> | FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Sends requests of the API, authorized, with the types of its OpenAPI document. */
export class ApiClient {
  constructor(readonly authorizer: Authorizer) {}

  /** The tenant's address, below which every path is. */
  get issuer(): string {
    return this.authorizer.issuer;
  }

  /**
   * Sends a request and gives the JSON of its answer. What only reads is tried again while that may help.
   * @param path as in the document, without the tenant: `/files/{id}`.
   * @throws ApiError, RateLimitError, NetworkError, SessionEndedError, InvalidAnswerError
   */
  async send<M extends Method, P extends PathOf<M>>(method: M, path: P, parts: RequestParts<M, P> = {}): Promise<ResultOf<M, P>> {
    const url = this.issuer + fill(path as string, parts.path) + search(parts.query as Record<string, unknown> | undefined);
    const answer = await persist(() => this.#send(method, url, parts), method === 'GET' ? 3 : 1, parts.signal);
    if (answer.status === 204) return undefined as ResultOf<M, P>;
    return (answer.json ?? invalid(`${method} ${path as string} was answered with something that is not a JSON object.`)) as ResultOf<M, P>;
  }

  async #send(method: Method, url: string, parts: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal }):
    Promise<Answer> {
    const isForm = parts.body instanceof FormData;
    let rejected: string | undefined;
    for (let tries = 1; ; tries++) {
      const { headers, token } = await this.authorizer.authorize(method, url, rejected);
      const answer = await request(url, {
        method, signal: parts.signal,
        headers: { ...parts.headers, ...(parts.body !== undefined && !isForm && { 'Content-Type': 'application/json' }), ...headers },
        body: isForm ? parts.body as FormData : parts.body === undefined ? undefined : JSON.stringify(parts.body),
      }, { seconds: isForm ? 600 : undefined });
      this.authorizer.heard?.(url, answer.headers);
      if (answer.ok) return answer;
      const error = refusal(answer);
      if (answer.status !== 401 || tries === 3) throw error;
      if (error.code === 'invalid_token' && rejected === undefined) rejected = token; // It was revoked, or this device's clock is wrong.
      else if (error.code !== 'use_dpop_nonce') throw error;
    }
  }
}

/** Fills in the parts of a path that are in braces. */
function fill(path: string, values: Record<string, string> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (!value || value === '.' || value === '..') throw new TypeError(`${path} needs ${name}.`);
    return encodeURIComponent(value);
  });
}

function search(query: Record<string, unknown> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => [name, String(value)]);
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
}
