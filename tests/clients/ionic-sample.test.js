// The sample app of clients/ionic-sample, built by `npm run build`, in Chromium on a phone's screen, as a new user meets it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { allow, look, missing as noChromium, onAPhone, serve, signIn } from './chromium.js';
import { codeFor } from './mails.js';
import { api, issuer, origin } from './service.js';

const dist = fileURLToPath(new URL('../../clients/ionic-sample/dist/', import.meta.url));
const missing = noChromium || (existsSync(dist) ? false : 'clients/ionic-sample is not built: npm run setup && npm run build');
const app = 'http://localhost:8100'; // Chromium finds the test's server behind it.
const password = 'correct horse battery';
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' };

/** Serves the app as `vite preview` does, for another tenant than the one that it was built for; runs the steps in a browser. */
const inTheApp = (tenant, steps) => serve(app, (request, response) => {
  const path = join(dist, new URL(request.url, app).pathname);
  const file = path.startsWith(dist) && extname(path) && existsSync(path) ? path : join(dist, 'index.html');
  const bytes = readFileSync(file);
  response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
  response.end(extname(file) === '.html' ? String(bytes).replace(/(name="latchkey-issuer" content=")[^"]*/, `$1${tenant}`) : bytes);
}, () => onAPhone(steps));

// The checksum of a PNG's chunks; Node 20.10 has none.
const table = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });
const crc32 = bytes => ~bytes.reduce((sum, byte) => table[(sum ^ byte) & 255] ^ (sum >>> 8), -1) >>> 0;

/** A picture (PNG) of its own colours; with `noise` it is as large as its pixels. */
function picture(name, hue, { size = 320, noise = false } = {}) {
  const rows = Buffer.alloc(size * (size * 3 + 1));
  let random = hue + 1;
  for (let y = 0, at = 0; y < size; y++) {
    rows[at++] = 0;
    for (let x = 0; x < size; x++) {
      const near = 1 - Math.min(1, Math.hypot(x / size - 0.5, y / size - 0.45) * 1.8);
      for (const part of [0, 120, 240]) {
        random = (random * 1103515245 + 12345) & 0x7fffffff;
        rows[at++] = Math.min(255, 40 + near * 90 + 90 * (1 + Math.cos((hue + part + (y / size) * 60) * Math.PI / 180)) + (noise ? (random >> 16) % 40 : 0));
      }
    }
  }
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2], 8);
  const buffer = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
  return { name, mimeType: 'image/png', buffer };
}

const button = (page, name) => page.getByRole('button', { name, exact: true });
const photos = page => page.getByRole('list', { name: 'Photos' }).getByRole('listitem');
const choose = (page, ...files) => page.locator('input[type="file"]').setInputFiles(files);
const shownPictures = (page, count) => page.waitForFunction(wanted =>
  [...document.querySelectorAll('.grid img')].filter(image => image.complete && image.naturalWidth > 0).length === wanted, count);

/** By night and by day, on a phone and on a desk. */
async function views(page, name) {
  for (const [colorScheme, width] of [['dark', 1280], ['light', 1280], ['dark', 390], ['light', 390]]) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 844 });
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 250))));
    await look(page, `sample-${name}-${colorScheme}-${width}`, { fullPage: false });
  }
}

test('a new user signs up, backs up with a pause, looks offline, shares, deletes the account', { skip: missing, timeout: 180_000 }, () =>
  inTheApp(issuer, async (page, _, context) => {
    const faults = [];
    page.on('pageerror', fault => faults.push(fault.message));
    const email = `sample-${Date.now()}@people.example`;

    await page.goto(app);
    await button(page, 'Create an account').waitFor();
    await views(page, 'sign-in');
    await button(page, 'Create an account').click();
    await page.getByLabel('Name', { exact: true }).fill('Käthe');
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('[name="code"]').fill(await codeFor(email));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.getByText('No photos yet').waitFor();
    assert.equal(page.url(), `${app}/`, 'the code has left the address');

    // Two photos; then a third, slow enough to be paused in the middle.
    await choose(page, picture('Garden.png', 110), picture('Sunset.png', 20));
    await photos(page).nth(1).waitFor();
    await shownPictures(page, 2);
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    const speed = bytes => network.send('Network.emulateNetworkConditions',
      { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
    await speed(150_000);
    await choose(page, picture('Sea.png', 200, { size: 700, noise: true }), picture('Forest.png', 140));
    await page.getByText('Backing up: 0 of 2').waitFor();
    await button(page, 'Pause').click();
    await page.getByText('Paused: 0 of 2 backed up').waitFor();
    await views(page, 'paused');
    await speed(-1);
    await button(page, 'Resume').click();
    await photos(page).nth(3).waitFor();
    await shownPictures(page, 4);
    await page.getByRole('region', { name: 'Backup' }).waitFor({ state: 'hidden' });
    // The service knows it by its bytes or its name: nothing is there twice.
    const known = page.waitForResponse(answer => answer.url().endsWith('/files/known') && answer.request().method() === 'POST');
    await choose(page, picture('Garden.png', 110));
    await known;
    await page.getByRole('region', { name: 'Backup' }).waitFor({ state: 'hidden' });
    await views(page, 'photos');
    assert.equal(await photos(page).count(), 4);

    // Another device, while this one is offline.
    const { access_token: other } = await (await fetch(`${issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({
      grant_type: 'password', client_id: 'first-party', username: email, password, scope: 'files.read files.write' }) })).json();
    await context.setOffline(true);
    await page.getByText('You are offline.').waitFor();
    assert.equal(await photos(page).count(), 4);
    const { files } = await api(other, 'GET', '/files/search?limit=10');
    await api(other, 'DELETE', `/files/${files.find(file => file.name === 'Forest.png').id}`);
    await context.setOffline(false);
    await photos(page).nth(3).waitFor({ state: 'detached' });
    await page.getByText('You are offline.').waitFor({ state: 'hidden' });

    // A start without a network, as on a phone, which has the app itself.
    await page.route(url => url.origin !== app, route => route.abort());
    await page.reload();
    await page.getByText('You are offline.').waitFor();
    await shownPictures(page, 3);
    await look(page, 'sample-offline', { fullPage: false });
    await page.unroute(url => url.origin !== app);
    await page.unrouteAll();
    await page.reload();
    await photos(page).nth(2).waitFor();

    await button(page, 'Sunset.png').click();
    await button(page, 'Share').click();
    const link = await page.getByLabel('Link, for a week').inputValue();
    await page.waitForFunction(() => document.querySelector('.photo img')?.naturalWidth > 0);
    await views(page, 'photo');
    const visitor = await context.browser().newContext();
    const visit = await visitor.newPage();
    await visit.goto(link);
    await visit.getByText('Sunset.png').first().waitFor();
    await visitor.close();
    await button(page, 'Close').click();
    await page.locator('ion-modal.photo').waitFor({ state: 'detached' });

    // Out, and in again; then for good.
    await button(page, 'Account').click();
    await page.getByText(email).waitFor();
    await views(page, 'account');
    await button(page, 'Sign out').click();
    await button(page, 'Sign in').click();
    await button(page, 'Continue').click(); // The browser is still signed in; the service asks before it goes back to an app.
    await photos(page).nth(2).waitFor();
    // With an old sign-in the service wants a new one first. If somebody else signs in there, nobody's account is deleted.
    const ofMe = url => url.pathname.endsWith('/me');
    await page.route(ofMe, route => (route.request().method() !== 'DELETE' ? route.continue() : route.fulfill({
      status: 401, contentType: 'application/problem+json', headers: { 'Access-Control-Allow-Origin': app },
      body: '{"code":"insufficient_user_authentication"}' })));
    await button(page, 'Account').click();
    await button(page, 'Delete account').click();
    await context.clearCookies();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByLabel('Password', { exact: true }).waitFor();
    await page.unroute(ofMe);
    let deletions = 0;
    page.on('request', request => { if (request.method() === 'DELETE' && ofMe(new URL(request.url()))) deletions++; });
    await signIn(page, 'bob');
    await allow(page, button(page, 'Account'));
    await button(page, 'Account').click();
    await page.getByText('Bob', { exact: true }).waitFor();
    assert.equal(deletions, 0);
    await button(page, 'Sign out').click();
    await context.clearCookies();
    await button(page, 'Sign in').click();
    await signIn(page, email, password);
    await allow(page, button(page, 'Account'));
    await photos(page).nth(2).waitFor();

    await button(page, 'Account').click();
    await button(page, 'Delete account').click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Your account is deleted.').waitFor();
    const gone = await fetch(`${issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({
      grant_type: 'password', client_id: 'first-party', username: email, password }) });
    assert.equal((await gone.json()).error, 'invalid_grant');
    assert.equal(await page.evaluate(() => caches.has('thumbnails')), false, 'no thumbnail stays on the device');
    assert.deepEqual(faults, []);
  }));

test('with a passkey, in a tenant that has them', { skip: missing, timeout: 90_000 }, () =>
  inTheApp(`${origin}/acme`, async (page, _, context) => {
    const protocol = await context.newCDPSession(page);
    await protocol.send('WebAuthn.enable');
    await protocol.send('WebAuthn.addVirtualAuthenticator', { options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
    await page.goto(`${origin}/acme/account/passkeys`);
    await signIn(page, 'alice');
    await page.locator('#name').fill('The sample');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('The passkey is added.').waitFor();
    await context.clearCookies();
    await page.goto(app);
    await button(page, 'Sign in').click();
    // The virtual authenticator takes the suggestion in the name field as soon as it is offered.
    const shown = page.getByText('No photos yet').or(photos(page).first());
    await allow(page, shown);
    await shown.waitFor();
    await page.goto(`${origin}/acme/account/passkeys`);
    await page.getByRole('button', { name: 'Remove The sample' }).first().click();
    await page.getByText('The passkey was removed').waitFor();
  }));
