// An app's first minutes on a developer's machine: its page, on the port of its development server, signs a user in and uploads, with the
// service of `dotnet dev.cs up` as it is, and with a second one beside it that a phone in the network reaches (tests/Workshop/SecondInstance.cs).
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { missing, signIn } from './chromium.js';
import { inAnApp } from './web-app.js';
import { issuer, photo } from './service.js';

const second = process.env.LATCHKEY_UP && JSON.parse(process.env.LATCHKEY_UP);
const without = second ? false : 'there is no second service: `dotnet dev.cs test` starts it';
const timeout = 120_000;

/** Code and PKCE through the pages, then everything else by the page's own script; what the download gives back, in base64. */
async function signInAndUpload(page, tenant, app, bytes) {
  const verifier = randomBytes(32).toString('base64url');
  const redirect = `${app}/callback`;
  const query = new URLSearchParams({
    response_type: 'code', client_id: 'mobile', redirect_uri: redirect, scope: 'openid files.read files.write', state: 'here',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  });
  await page.goto(`${tenant}/oauth/authorize?${query}`);
  await signIn(page);
  page.getByRole('button', { name: /^(Allow|Continue)$/ }).click().catch(() => {}); // Unless another test has allowed it before.
  await page.waitForURL(`${redirect}?*`);
  return page.evaluate(async ([tenant, redirect, verifier, base64]) => {
    const code = new URLSearchParams(location.search).get('code');
    const json = async answer => { if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`); return answer.json(); };
    const form = new URLSearchParams({ grant_type: 'authorization_code', client_id: 'mobile', code, redirect_uri: redirect, code_verifier: verifier });
    const { access_token: token } = await json(await fetch(`${tenant}/oauth/token`, { method: 'POST', body: form }));
    const bytes = Uint8Array.from(atob(base64), char => char.charCodeAt(0));
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ name: 'first.jpg', contentType: 'image/jpeg', size: bytes.length });
    const { id, upload } = await json(await fetch(`${tenant}/files`, { method: 'POST', headers, body }));
    const put = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: bytes });
    if (put.status !== 201) throw new Error(`${put.status}`);
    await json(await fetch(`${tenant}/files/${id}/complete`, { method: 'POST', headers, body: '{}' }));
    const { url } = await json(await fetch(`${tenant}/files/${id}/download`, { headers }));
    const got = new Uint8Array(await (await fetch(url)).arrayBuffer());
    return { upload: new URL(upload.url).origin, got: btoa(String.fromCharCode(...got)) };
  }, [tenant, redirect, verifier, bytes.toString('base64')]);
}

test("up: a page of Vite's development server signs in and uploads, though nobody has allowed its origin", { skip: missing, timeout }, async () => {
  const bytes = photo(2000);
  await inAnApp('http://localhost:5173', [], async page =>
    assert.equal((await signInAndUpload(page, issuer, 'http://localhost:5173', bytes)).got, bytes.toString('base64')));
});

test('up --host --port --origin: so does a page of the named origin with a service in the network', { skip: missing || without, timeout }, async () => {
  const bytes = photo(2000);
  await inAnApp(second.app, [], async page => {
    const { got, upload } = await signInAndUpload(page, `${second.origin}/demo`, second.app, bytes);
    assert.deepEqual([got, upload], [bytes.toString('base64'), second.uploads]);
  });
});

test('up: an origin that nobody allows is refused, and the log has the command that allows it', { skip: missing || without, timeout }, async () => {
  await inAnApp('http://localhost:6007', [], async page => {
    const failure = await page.evaluate(url => fetch(url, { method: 'POST', headers: { Authorization: 'Bearer x' } }).catch(fault => fault.message), `${second.origin}/demo/files`);
    assert.equal(failure, 'Failed to fetch');
  });
  const command = `start it with: dotnet dev.cs up${second.options} --origin "http://localhost:6007"`;
  const isLogged = async () => (await readFile(second.log, 'utf8')).includes(command);
  // The browser has its answer while the line is still on its way from the worker through its host to the file.
  for (let tries = 0; tries < 200 && !await isLogged(); tries++) await setTimeout(50);
  assert.ok(await isLogged());
});

test('up --host: the key that every emulator has does not open its storage', { skip: without, timeout }, async () => {
  const { EMULATOR_ACCOUNT_KEY_STR: key } = (await import('../azurite/node_modules/azurite/dist/src/blob/utils/constants.js')).default;
  assert.ok(key);
  const storage = new BlobServiceClient(`${second.uploads}/devstoreaccount1`, new StorageSharedKeyCredential('devstoreaccount1', key));
  await assert.rejects(storage.listContainers().next(), { statusCode: 403 });
});

test('up --host: issuer and addresses are those of the network, and the data are its own', { skip: without, timeout }, async () => {
  const tenant = `${second.origin}/demo`;
  const discovery = await (await fetch(`${tenant}/.well-known/openid-configuration`)).json();
  assert.deepEqual([discovery.issuer, discovery.token_endpoint], [tenant, `${tenant}/oauth/token`]);
  const authorization = `Basic ${Buffer.from('service:service-secret-for-local-runs-only').toString('base64')}`;
  const signedIn = await fetch(`${tenant}/oauth/token`, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ grant_type: 'client_credentials' }) });
  const { access_token: token } = await signedIn.json();
  const { files } = await (await fetch(`${tenant}/files`, { headers: { authorization: `Bearer ${token}` } })).json();
  assert.deepEqual(files, []); // The service beside it has had many by now, or will.
});
