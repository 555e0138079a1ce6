// Calls the file service over HTTP. Errors are problem+json (RFC 9457) with a stable code.

/** The service refused a request; `code` says why. */
export class ApiError extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? problem.title ?? `The service answered ${status}.`);
    this.status = status;
    this.retryAfter = retryAfter; // Seconds, if the service said so.
    this.code = problem.code;
    this.problem = problem;
  }
}

/** True if the same request may succeed later: the network is down (fetch throws TypeError) or the server is busy. */
export const isTemporary = error =>
  error instanceof TypeError || (error instanceof ApiError && (error.status >= 500 || error.status === 408 || error.status === 429));

const given = query => new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''));

export class Api {
  #session;
  #tenant;

  /** @param tenant the issuer's address; all other addresses start with it. */
  constructor(session, tenant) {
    this.#session = session;
    this.#tenant = tenant;
  }

  spaces() { return this.#send('GET', '/spaces'); }

  /** The spaces, each with what it holds and may hold. */
  usage() { return this.#send('GET', '/spaces?usage=true'); }

  /** Lists a page of a folder, of the trash, or of shared files; docs/apps/files.md describes the `query`. */
  list(query) { return this.#send('GET', `/files?${given(query)}`); }

  /** A page of the files that are found in a space, in whatever folder; docs/apps/files.md describes the `query`. */
  search(query) { return this.#send('GET', `/files/search?${given(query)}`); }

  begin(file, signal) { return this.#send('POST', '/files', file, signal); }

  progress(id, signal) { return this.#send('GET', `/files/${id}/upload`, undefined, signal); }

  complete(id, body, signal) { return this.#send('POST', `/files/${id}/complete`, body, signal); }

  download(id) { return this.#send('GET', `/files/${id}/download`); }

  /** A URL that shows the file instead of saving it; 409 `not_displayable` for types that are never shown. */
  inline(id) { return this.#send('GET', `/files/${id}/download?disposition=inline`); }

  /** A URL of the picture's thumbnail: at most 128, 512 or 2048 pixels. */
  thumbnail(id, size) { return this.#send('GET', `/files/${id}/thumbnail?size=${size}`); }

  change(id, change) { return this.#send('PATCH', `/files/${id}`, change); }

  trash(id) { return this.#send('DELETE', `/files/${id}`); }

  deleteForGood(id) { return this.#send('DELETE', `/files/${id}?permanent=true`); }

  restore(id) { return this.#send('POST', `/files/${id}/restore`); }

  shares(id) { return this.#send('GET', `/files/${id}/shares`); }

  share(id, share) { return this.#send('POST', `/files/${id}/shares`, share); }

  revoke(id, shareId) { return this.#send('DELETE', `/files/${id}/shares/${shareId}`); }

  async #send(method, path, body, signal) {
    for (let attempt = 0; ; attempt++) {
      const headers = { Authorization: `Bearer ${await this.#session.token()}` };
      if (body !== undefined) headers['Content-Type'] = 'application/json';
      const response = await fetch(this.#tenant + path, { method, headers, body: body && JSON.stringify(body), signal });
      if (response.status === 401 && attempt === 0) {
        await this.#session.refresh(); // The token was revoked, or this device's clock is wrong.
        continue;
      }
      if (response.status === 204) return undefined;
      const result = await response.json().catch(() => ({}));
      if (!response.ok) throw new ApiError(response.status, result, Number(response.headers.get('Retry-After')));
      return result;
    }
  }
}
