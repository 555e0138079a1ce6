// The pages of docs/quickstarts run as they stand, as far as this machine can.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { missing } from './chromium.js';
import { signIn } from './person.js';
import { app, checkApi, isStored, ownApi, register, serving, source, useWebApp, visitor } from './quickstarts.js';
import { issuer, photo } from './service.js';
import { allowed, inAnApp } from './web-app.js';

const folder = fileURLToPath(new URL('./quickstarts-run/', import.meta.url)); // Here, so that packages are found.
mkdirSync(folder, { recursive: true });
after(() => rmSync(folder, { recursive: true, force: true }));

const built = name => fileURLToPath(new URL(`../Quickstarts/${name}/bin/Debug/net10.0/Quickstarts.${name}.dll`, import.meta.url));

/** Writes the page's program to a folder of its own. */
function program(name, file) {
  mkdirSync(`${folder}${name}`, { recursive: true });
  writeFileSync(`${folder}${name}/${file}`, source(name, file));
  return { cwd: `${folder}${name}` };
}

test('Express: signs in, uploads, signs out', async () => {
  await serving(3000, 'node', ['app.mjs'], program('express', 'app.mjs'), async () => {
    const visit = visitor();
    await useWebApp(visit, await visit('/'));
    await signsOut(visit);
  });
});

test('Auth.js: signs in, uploads, signs out', async () => {
  const [{ secret }] = await register('auth-js');
  const env = { AUTH_SECRET: 'only-for-this-test-only-for-this-test', AUTH_LATCHKEY_SECRET: secret };
  await serving(3000, 'node', ['app.mjs'], { ...program('auth-js', 'app.mjs'), env }, async () => {
    const visit = visitor();
    const post = async path => {
      const { csrfToken } = await (await visit('/auth/csrf')).json();
      return visit(path, { method: 'POST', body: new URLSearchParams({ csrfToken, callbackUrl: app }) });
    };
    await useWebApp(visit, await post('/auth/signin/latchkey'), { client: 'authjs' });
    assert.match(await (await post('/auth/signout')).text(), /Sign in/);
  });
});

const modules = ['flask', 'authlib', 'requests', 'jwt'].filter(name => !existsSync(`/usr/lib/python3/dist-packages/${name}`));
const python = modules.length > 0 && `Debian's packages for python3 are missing: ${modules.map(name => `python3-${name}`)}`;

test('Flask: signs in, uploads, signs out', { skip: python }, async () => {
  const { cwd } = program('flask', 'app.py');
  // Authlib refreshes only what has expired: a file called `later` makes it a minute later.
  writeFileSync(`${cwd}/sitecustomize.py`, `import os, time\nnow = time.time\ntime.time = lambda: now() + 70 * os.path.exists("later")\n`);
  const options = { cwd, env: { PYTHONPATH: cwd } };
  await serving(3000, '/usr/bin/python3', ['-m', 'flask', '--app', 'app', 'run', '--port', '3000'], options, async () => {
    const visit = visitor();
    const begun = await visit('/sign-in');
    await useWebApp(visit, begun, { signedIn: () => writeFileSync(`${cwd}/later`, '') });
    await signsOut(visit);
  });
});

const env = { Issuer: issuer, Logging__LogLevel__Default: 'Warning' };

test('ASP.NET Core: signs in, uploads, signs out', async () => {
  await serving(3000, 'dotnet', [built('WebApp'), '--urls', app], { env }, async () => {
    const visit = visitor();
    await useWebApp(visit, await visit('/'));
    await signsOut(visit);
  });
});

test('an API in ASP.NET Core', async () => {
  await register('api-aspnet-core');
  await serving(4000, 'dotnet', [built('Api'), '--urls', ownApi], { env }, () => checkApi('api-aspnet-core'));
});

test('an API in Express', () => serving(4000, 'node', ['api.mjs'], program('api-express', 'api.mjs'), () => checkApi('api-express')));

test('an API in Python', { skip: python }, () =>
  serving(4000, '/usr/bin/python3', ['-m', 'flask', '--app', 'api', 'run', '--port', '4000'], program('api-python', 'api.py'), () => checkApi('api-python')));

test('.NET MAUI: signs in and uploads', async () => {
  mkdirSync(`${folder}maui`, { recursive: true });
  const bytes = photo(3000);
  writeFileSync(`${folder}maui/holiday.jpg`, bytes);
  const program = spawn('dotnet', [built('Maui'), issuer, `${folder}maui/holiday.jpg`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const back = await signIn((await lines.next()).value, 'com.example.files:/callback');
  program.stdin.end(`${back.href}\n`);
  await isStored(JSON.parse((await lines.next()).value), 'holiday.jpg', bytes);
});

test('React Native: signs in, refreshes, uploads, signs out', async () => {
  const { cwd } = program('react-native', 'latchkey.ts');
  const native = fileURLToPath(new URL('./quickstarts-native.js', import.meta.url));
  await build({
    entryPoints: [`${cwd}/latchkey.ts`], outfile: `${cwd}/latchkey.mjs`, format: 'esm', platform: 'node', bundle: true, logLevel: 'error',
    alias: Object.fromEntries(['app-auth', 'image-picker', 'keychain'].map(name => [`react-native-${name}`, native])), external: [native],
  });
  const latchkey = await import(`${cwd}/latchkey.mjs`);
  const { picked, refreshes } = await import(native);
  await assert.rejects(latchkey.uploadPhoto(), /Nobody is signed in/);
  await latchkey.signIn();
  await isStored(await latchkey.uploadPhoto(), 'holiday.jpg', picked);
  assert.equal(refreshes(), 0);
  const now = Date.now;
  try {
    Date.now = () => now() + 870_000; // Of 900 seconds.
    await isStored(await latchkey.uploadPhoto(), 'holiday.jpg', picked);
  } finally {
    Date.now = now;
  }
  assert.equal(refreshes(), 1);
  await latchkey.signOut();
  await assert.rejects(latchkey.uploadPhoto(), /Nobody is signed in/);
});

test('Cordova: signs in, uploads, signs out', { skip: missing }, async () => {
  const library = readFileSync(new URL('./node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url), 'utf8');
  const bytes = photo(4000);
  const plugins = `
    const picked = new File([Uint8Array.from(atob('${bytes.toString('base64')}'), char => char.charCodeAt(0))], 'holiday.jpg', { type: 'image/jpeg' });
    globalThis.Camera = { DestinationType: { FILE_URI: 1 } };
    navigator.camera = { getPicture: done => done('file:///cache/holiday.jpg') };
    globalThis.resolveLocalFileSystemURL = (path, done) => done({ toURL: () => path, file: done => done(picked) });
    globalThis.cordova = { InAppBrowser: { open: async (url, target) => target === '_system' && handleOpenURL(await person(url)) } };
    globalThis.FileTransfer = class { // On a phone, with a Content-Type among the headers, it sends the bytes as they are.
      upload(path, url, done, failed, { httpMethod, headers, mimeType }) {
        if (mimeType !== headers['Content-Type']) throw new Error(mimeType);
        fetch(url, { method: httpMethod, headers, body: picked }).then(answer => (answer.ok ? done({}) : failed({ http_status: answer.status })));
      }
    };`;
  await inAnApp(allowed, [library, plugins, source('cordova', 'www/js/latchkey.js')], async page => {
    await page.exposeFunction('person', async url => (await signIn(url, 'com.example.files:/callback')).href);
    await page.evaluate('signIn().then(() => undefined)');
    await isStored(await page.evaluate('takePhoto()'), 'holiday.jpg', bytes);
    await page.evaluate('signOut()');
    await assert.rejects(page.evaluate('takePhoto()'));
  });
});

/** The app sends the browser to the service, which sends it back, and then nobody is signed in. */
async function signsOut(visit) {
  const there = await visit('/sign-out');
  const back = await fetch(there.headers.get('location'), { redirect: 'manual' });
  assert.equal(back.headers.get('location').split('?')[0], `${app}/`);
  const home = await visit('/');
  assert.ok(home.status === 302 || /Sign in/.test(await home.text()));
}
