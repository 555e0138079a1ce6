// The service under test and its demo data: `dotnet dev.cs test` starts one, `dotnet dev.cs up` another.
import { randomBytes } from 'node:crypto';
import * as oauth from 'openid-client';

export const origin = process.env.LATCHKEY_ORIGIN ?? 'http://localhost:7071';
export const issuer = `${origin}/demo`;

/** What openid-client knows of the service by its discovery document alone. */
export function discover(clientId, authentication, options = {}) {
  return oauth.discovery(new URL(issuer), clientId, {}, authentication, { execute: [oauth.allowInsecureRequests], ...options });
}

/** An access token of the demo's service, for its own files. */
export async function serviceToken() {
  const config = await discover('service', oauth.ClientSecretBasic('service-secret-for-local-runs-only'));
  return (await oauth.clientCredentialsGrant(config, { scope: 'files.read files.write' })).access_token;
}

/** Random bytes that start as a JPEG does. */
export function photo(size) {
  const bytes = randomBytes(size);
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  return bytes;
}

/** What a file's download URL gives. */
export async function download(token, id) {
  const { url } = await api(token, 'GET', `/files/${id}/download`);
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

/** An API of the file service, called as an app would call it. */
export async function api(token, method, path, body) {
  const response = await fetch(issuer + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`);
  return answer ? JSON.parse(answer) : undefined;
}
