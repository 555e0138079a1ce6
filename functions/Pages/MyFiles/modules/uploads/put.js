// Sends one PUT, by XMLHttpRequest because fetch reports no upload progress. The page that hands files in uses it too.

/** Sends it; answers the status. `onSent` is called with the number of bytes sent so far. */
export function put(url, headers, body, onSent, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal?.addEventListener('abort', abort);
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = event => onSent(event.loaded);
    request.onload = () => resolve(request.status);
    request.onerror = () => reject(new TypeError('The network was lost.'));
    request.onabort = () => reject(signal.reason);
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    request.send(body);
  });
}
