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

  file(id) { return this.#send('GET', `/files/${id}`); }

  change(id, change) { return this.#send('PATCH', `/files/${id}`, change); }

  /** Changes up to 1,000 files at once: `{action: delete, move, restore or tag, ids, …}`; `results` has an answer for each. */
  bulk(request) { return this.#send('POST', '/files/bulk', request); }

  /** Copies a file: 202 with the copy, which is complete once its status is no longer `copying`. */
  copy(id, to) { return this.#send('POST', `/files/${id}/copy`, to); }

  deleteForGood(id) { return this.#send('DELETE', `/files/${id}?permanent=true`); }

  /** A URL that saves a ZIP archive of `{files: [ids]}` or of `{folder, space}`; 413 `archive_too_large`: a job makes that one. */
  archiveTicket(what) { return this.#send('POST', '/files/archive/tickets', what); }

  /** The same, of any size; a job. */
  makeArchive(what) { return this.#send('POST', '/archives', what); }

  makeFolder(folder) { return this.#send('POST', '/folders', folder); }

  /** Renames a folder or moves it in its space; a job. */
  moveFolder(folder) { return this.#send('PATCH', '/folders', folder); }

  /** Copies a folder, perhaps to another space; a job. */
  copyFolder(folder) { return this.#send('POST', '/folders/copy', folder); }

  /** Moves a folder with all that it holds to the trash; a job. */
  deleteFolder({ path, space }) { return this.#send('DELETE', `/folders?${given({ path, space })}`); }

  /** Brings back what a deletion has moved to the trash; a job. */
  restoreFolder(folder) { return this.#send('POST', '/folders/restore', folder); }

  job(id) { return this.#send('GET', `/jobs/${id}`); }

  /** A URL of the archive that a job has made. */
  downloadJob(id) { return this.#send('GET', `/jobs/${id}/download`); }

  /** Ends a job that makes an archive. */
  cancelJob(id) { return this.#send('DELETE', `/jobs/${id}`); }

  versions(id) { return this.#send('GET', `/files/${id}/versions`); }

  /** Begins an upload that replaces a file's bytes, unless the file has another version than `etag` by now. */
  beginVersion(id, version, etag, signal) {
    return this.#send('POST', `/files/${id}/versions`, version, signal, etag && { 'If-Match': etag });
  }

  downloadVersion(id, version) { return this.#send('GET', `/files/${id}/versions/${version}/download`); }

  restoreVersion(id, version) { return this.#send('POST', `/files/${id}/versions/${version}/restore`); }

  shares(id) { return this.#send('GET', `/files/${id}/shares`); }

  share(id, share) { return this.#send('POST', `/files/${id}/shares`, share); }

  revoke(id, shareId) { return this.#send('DELETE', `/files/${id}/shares/${shareId}`); }

  /** People of the tenant whose name begins with a text, or who have it as their address; 403 `people_hidden` where that is off. */
  people(q) { return this.#send('GET', `/people?${given({ q })}`); }

  /** Links to folders and to several files of a space; each address is told only when it is made. */
  links(query) { return this.#send('GET', `/links?${given(query)}`); }

  makeLink(link) { return this.#send('POST', '/links', link); }

  /** Changes a link, unless somebody has changed it since `etag`; its address stays. */
  changeLink(id, change, etag) { return this.#send('PATCH', `/links/${id}`, change, undefined, { 'If-Match': etag }); }

  endLink(id) { return this.#send('DELETE', `/links/${id}`); }

  /** Requests, by which others hand files in. */
  requests(query) { return this.#send('GET', `/requests?${given(query)}`); }

  makeRequest(request) { return this.#send('POST', '/requests', request); }

  /** Changes a request, in the same way. */
  changeRequest(id, change, etag) { return this.#send('PATCH', `/requests/${id}`, change, undefined, { 'If-Match': etag }); }

  endRequest(id) { return this.#send('DELETE', `/requests/${id}`); }

  async #send(method, path, body, signal, headers) {
    const response = await this.#fetch(method, path, body, signal, headers);
    return response.status === 204 ? undefined : response.json().catch(() => ({}));
  }

  async #fetch(method, path, body, signal, headers = {}) {
    for (let attempt = 0; ; attempt++) {
      const all = { Authorization: `Bearer ${await this.#session.token()}`, ...headers };
      if (body !== undefined) all['Content-Type'] = 'application/json';
      const response = await fetch(this.#tenant + path, { method, headers: all, body: body && JSON.stringify(body), signal });
      if (response.ok) return response;
      if (response.status === 401 && attempt === 0) {
        await this.#session.refresh(); // The token was revoked, or this device's clock is wrong.
        continue;
      }
      const problem = await response.json().catch(() => ({}));
      throw new ApiError(response.status, problem, Number(response.headers.get('Retry-After')));
    }
  }
}
