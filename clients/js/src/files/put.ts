import { LatchkeyError, NetworkError, TransferError } from '../errors.js';
import { invalid, request } from '../request.js';

const stalledMs = 60_000;

/** A request to storage, as the service gives it. */
export interface Target {
  url: string;
  headers: Record<string, string>;
}

type OnSent = (bytes: number) => void;

/** An address of storage that may be used: https, or plain http from an issuer that has plain http too. */
export function safeUrl(address: string, issuer: string): string {
  const { protocol } = URL.canParse?.(address) === false ? invalid('Storage has no valid address.') : new URL(address);
  if (protocol !== 'https:' && !(protocol === 'http:' && issuer.startsWith('http:'))) invalid('Storage is not at an https address.');
  return address;
}

/** The bytes of a part of a file, read before they are sent, so that a file that is gone is not taken for a lost network. */
export async function read(part: Blob): Promise<ArrayBuffer> {
  try {
    return await part.arrayBuffer();
  } catch (error) {
    throw new LatchkeyError('file_unreadable', 'The file can not be read any more: it was changed, moved or removed.', { cause: error });
  }
}

/**
 * Sends bytes by one PUT, without a token.
 * @param onSent is called with the number of bytes sent so far.
 * @throws TransferError, NetworkError; the signal's reason.
 */
export async function put({ url, headers }: Target, body: ArrayBuffer, onSent: OnSent, signal?: AbortSignal): Promise<void> {
  const status = typeof XMLHttpRequest === 'undefined'
    ? (await request(url, { method: 'PUT', headers, body, signal }, { seconds: 600 })).status
    : await byXhr({ url, headers }, body, onSent, signal); // fetch does not say how far it is.
  if (status !== 201) throw new TransferError(status);
  onSent(body.byteLength);
}

function byXhr({ url, headers }: Target, body: ArrayBuffer, onSent: OnSent, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const xhr = new XMLHttpRequest();
    const abort = (): void => xhr.abort();
    let timer = setTimeout(abort, stalledMs);
    signal?.addEventListener('abort', abort);
    xhr.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => {
      clearTimeout(timer);
      timer = setTimeout(abort, stalledMs);
      onSent(loaded);
    };
    xhr.onload = () => resolve(xhr.status);
    xhr.onerror = () => reject(new NetworkError('The connection to storage was lost, or storage does not allow this origin.'));
    xhr.onabort = () => reject(signal?.aborted ? signal.reason : new NetworkError('Storage did not go on.'));
    xhr.onloadend = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    xhr.send(body);
  });
}
