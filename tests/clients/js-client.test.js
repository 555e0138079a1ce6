// @latchkey/client without a browser: the package, its types, sign-in by the system browser, sessions that several share, hostile answers.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import test, { after, before } from 'node:test';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { bundle, install, load, sources } from './js-client.js';
import { signIn } from './person.js';
import { issuer, origin, photo } from './service.js';

const redirectUri = 'com.example.files:/callback';
const scope = 'openid profile offline_access files.read files.write';
let folder, packed, lib;

before(async () => {
  ({ folder, packed } = await install());
  lib = await load(folder, `
    export * from '@latchkey/client';
    export * from '@latchkey/client/capacitor';
    export * from '@latchkey/client/oidc-client-ts';
    export { UserManager } from 'oidc-client-ts';`);
});

/** The plugins of Capacitor on a phone whose user does as told; they count who listens. */
function phone(person = url => signIn(url, redirectUri)) {
  const listeners = new Set();
  const opened = [];
  const addListener = async (event, heard) => {
    const one = { event, heard };
    listeners.add(one);
    return { remove: async () => void listeners.delete(one) };
  };
  const emit = (event, value) => [...listeners].filter(one => one.event === event).forEach(one => one.heard(value));
  const Browser = {
    addListener,
    close: async () => { throw new Error('Not on Android.'); },
    async open({ url }) {
      opened.push(url);
      Promise.resolve(person(url)).then(address => (address ? emit('appUrlOpen', { url: address.href ?? address }) : emit('browserFinished')));
    },
  };
  return { App: { addListener }, Browser, listeners, opened, emit };
}

function newSession(options = {}, device = phone()) {
  const storage = options.storage ?? lib.memoryStorage();
  const session = new lib.Session({ issuer, clientId: 'mobile', redirectUri, scope, storage, browser: lib.capacitorBrowser(device), ...options });
  return { session, storage, device, files: new lib.Files(session, { storage }) };
}

/** Does work while requests go through this; it may answer, or let them pass. */
async function through(intercept, work) {
  const real = globalThis.fetch;
  globalThis.fetch = (url, init) => intercept(String(url), init, () => real(url, init)) ?? real(url, init);
  try {
    return await work();
  } finally {
    globalThis.fetch = real;
  }
}

const stored = async storage => JSON.parse(await storage.get(`latchkey:tokens:${issuer}:mobile`));

test('the package has what it should and nothing else', async () => {
  const names = packed.files.map(file => file.path);
  assert.ok(names.includes('LICENSE') && names.includes('README.md') && names.includes('package.json'));
  assert.deepEqual(names.filter(name => !/^(LICENSE|README\.md|package\.json|dist\/[\w/-]+\.(js|d\.ts))$/.test(name)), []);
  const { exports, dependencies, sideEffects } = JSON.parse(await readFile(`${folder}/node_modules/@latchkey/client/package.json`, 'utf8'));
  assert.deepEqual([dependencies, sideEffects], [undefined, false]);
  for (const entry of Object.values(exports)) {
    for (const path of typeof entry === 'string' ? [entry] : Object.values(entry)) assert.ok(names.includes(path.slice(2)), path);
  }
});

test('sign-in and files are under 15 kB, and each alone is less', async () => {
  const size = async code => gzipSync((await bundle(folder, code, { minify: true })).contents, { level: 9 }).length;
  const both = await size("export { createClient } from '@latchkey/client'");
  const signInOnly = await size("export { Session } from '@latchkey/client'");
  console.log(`@latchkey/client: sign-in and files ${both} bytes, sign-in ${signInOnly} bytes (minified, gzip)`);
  assert.ok(both < 15_000, `${both} bytes`);
  assert.ok(signInOnly < 0.7 * both, `${signInOnly} bytes`);
});

test('the types are those of the OpenAPI document, and a switch over the codes of errors is exhaustive', async () => {
  const { generate } = await import('../../clients/js/generate.mjs');
  const made = await generate(await (await fetch(`${origin}/openapi.json`)).json());
  for (const [name, text] of Object.entries(made)) {
    assert.ok(await readFile(`${sources}src/api/${name}`, 'utf8') === text, `src/api/${name} is old: node clients/js/generate.mjs ORIGIN makes it anew.`);
  }
  const use = `
    import { ApiError, createClient, RateLimitError, type ErrorCode } from '@latchkey/client';
    import { ApiClient, type paths } from '@latchkey/client/api';
    import { fromUserManager } from '@latchkey/client/oidc-client-ts';
    import { capacitorBrowser, secureStorage } from '@latchkey/client/capacitor';
    const { files } = createClient({ issuer: 'https://a.example/b', clientId: 'c', redirectUri: 'https://c.example/' });
    type Answer = 'retry' | 'full' | 'other';
    function answer(code: 'quota_exceeded' | 'space_busy'): Answer {
      switch (code) { case 'quota_exceeded': return 'full'; case 'space_busy': return 'retry'; }
    }
    // @ts-expect-error: no such code.
    const wrong: ErrorCode = 'quota_exceded';
    export async function use(file: File, client: ApiClient): Promise<Answer> {
      try {
        const { id, status } = await files.upload(file, { onProgress: ({ sent, total }) => console.log(sent / total) });
        // @ts-expect-error: a status is one of a few.
        if (status === 'gone') return 'other';
        const job = await client.send('GET', '/jobs/{id}', { path: { id } });
        // @ts-expect-error: a job has no such property.
        job.percent;
        // @ts-expect-error: no such path.
        await client.send('GET', '/filez');
        await client.send('POST', '/files/bulk', { body: { action: 'delete', ids: [id] } });
      } catch (error) {
        if (error instanceof RateLimitError) return error.retryAfter === 1 ? 'retry' : 'other';
        if (error instanceof ApiError && (error.code === 'quota_exceeded' || error.code === 'space_busy')) return answer(error.code);
      }
      return 'other';
    }
  `;
  assert.deepEqual(faults(use), []);
});

/** What the TypeScript compiler says of an app's file. */
function faults(text) {
  const settings = { strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, skipLibCheck: true,
    moduleResolution: ts.ModuleResolutionKind.Bundler, paths: { 'oidc-client-ts': [`${process.cwd()}/tests/clients/node_modules/oidc-client-ts`] } };
  const host = ts.createCompilerHost(settings);
  const name = `${folder}/use.ts`;
  const { getSourceFile, fileExists } = host;
  host.fileExists = path => path === name || fileExists(path);
  host.getSourceFile = (path, version) => (path === name ? ts.createSourceFile(path, text, version) : getSourceFile(path, version));
  return ts.getPreEmitDiagnostics(ts.createProgram([name], settings, host))
    .map(fault => `${fault.file?.fileName}: ${ts.flattenDiagnosticMessageText(fault.messageText, ' ')}`);
}

test('the system browser signs in, files move, the session is refreshed and revoked', async () => {
  const { session, files, device, storage } = newSession();
  const { user, returnTo } = await session.signIn({ returnTo: '/photos' });
  assert.deepEqual([user.name, returnTo, device.listeners.size], ['Alice', '/photos', 0]);
  assert.deepEqual(await storage.keys('latchkey:pending'), []);
  const bytes = photo(5_000);
  const file = await files.upload(new File([bytes], 'node.jpg', { type: 'image/jpeg', lastModified: 1 }), { folder: 'Client' });
  assert.deepEqual([file.status, file.sha256Verified, file.modifiedAt], ['available', true, '1970-01-01T00:00:00.001Z']);
  assert.ok(Buffer.from(await (await files.download(file.id)).arrayBuffer()).equals(bytes));
  assert.deepEqual(await files.unfinished(), []);
  const before = await session.accessToken();
  assert.notEqual(await session.refresh(), before);
  const { refreshToken } = await stored(storage);
  assert.deepEqual(await session.signOut(), { revoked: true });
  assert.equal(await session.isSignedIn(), false);
  await assert.rejects(session.accessToken(), { name: 'SessionEndedError', code: 'not_signed_in' });
  const answer = await fetch(`${issuer}/oauth/token`,
    { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'mobile', refresh_token: refreshToken }) });
  assert.equal((await answer.json()).error, 'invalid_grant');
});
