// The pages by which people come to an account and sign in to it, in German, Arabic and Japanese, by day and by night, narrow and wide:
// accessible, and with LATCHKEY_PICTURES=1 pictures of them for people to look at, in TestResults/screenshots. In tenant acme, which has
// passkeys.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import { fields, look, missing, onAPhone } from './chromium.js';
import { codeFor } from './mails.js';
import { origin } from './service.js';

const options = { skip: missing, timeout: 180_000 };
const issuer = `${origin}/acme`;
const tags = ['de', 'ar', 'ja'];
const password = 'correct horse battery';

// Each language, each width by day and by night, without all of their combinations.
const views = [['de', 'light', 390], ['de', 'dark', 360], ['ar', 'light', 360], ['ar', 'dark', 1280], ['ja', 'dark', 390], ['ja', 'light', 1280]];

async function prepare() {
  const token = await (await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'first-party', username: 'admin', password: 'admin-password', scope: 'admin' }),
  })).json();
  const headers = { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' };
  const send = (method, path, body) => fetch(`${issuer}/admin/${path}`, { method, headers, body: JSON.stringify(body) });
  assert.equal((await send('PATCH', 'accounts', { signUp: 'open', secondFactor: 'offered' })).status, 200);
  for (const [id, kind] of [['google', 'google'], ['company', 'oidc']]) {
    const added = await send('POST', 'providers', { id, kind, clientId: 'x', ...(kind === 'oidc' && { name: 'Contoso Beteiligungsgesellschaft', issuer: 'https://login.example' }) });
    assert.ok([201, 409].includes(added.status), `provider ${id}: ${added.status}`);
  }
}

// RFC 6238 with the usual numbers.
function totp(secret) {
  const bits = [...secret.replace(/ /g, '')].map(char => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('whoever signs up, adds a passkey or a second factor and signs in by another provider sees good pages', options, () => onAPhone(async page => {
  await prepare();
  const get = async (url, tag = 'en') => {
    const answer = await page.request.get(url, { headers: { 'accept-language': tag } });
    return { url: answer.url(), html: await answer.text() };
  };
  const post = async (path, from, form, more = {}) => {
    const answer = await page.request.post(issuer + path, { form: { ...fields(from), ...form }, headers: { 'accept-language': more.tag ?? 'en' } });
    return { url: answer.url(), html: await answer.text() };
  };
  const shown = {};
  const keep = async (name, url) => {
    shown[name] = Object.fromEntries(await Promise.all(tags.map(async tag => [tag, (await get(url, tag)).html])));
  };

  const entry = await get(`${issuer}/account`);
  await keep('providers-entry', entry.url);
  const form = await get(`${issuer}/signup`);
  await keep('signup', form.url);
  const email = `pages-${Date.now()}@people.example`;
  const sent = await post('/signup', form.html, { name: 'Käthe', email, new: password, action: 'ask' });
  await keep('signup-code', sent.url);
  const offer = await post('/signup', sent.html, { code: await codeFor(email), action: 'code' });
  assert.match(offer.url, /\/signup\/passkey\?/);
  await keep('passkey-offer', offer.url);
  assert.equal((await post('/signup/passkey', offer.html, { action: 'skip' })).url, `${issuer}/account`);
  await keep('profile', `${issuer}/account/profile`);
  await keep('linked', `${issuer}/account/providers`);
  await keep('passkeys', `${issuer}/account/passkeys`);
  const factor = `${issuer}/account/second-factor`;
  await keep('second-factor', factor);
  const setUp = await get(factor);
  const secret = /<p class="secret"><code>([A-Z2-7 ]+)<\/code>/.exec(setUp.html)[1];
  const codes = await post('/account/second-factor', setUp.html, { action: 'set-up', code: totp(secret) }, { tag: 'de' });
  shown['recovery-codes'] = { de: codes.html, ar: codes.html, ja: codes.html };
  await keep('second-factor-on', factor);
  await page.context().clearCookies();
  const again = await get(`${issuer}/account`);
  const second = await post('/login', again.html, { username: email, password });
  assert.match(second.url, /\/login\/second\?/);
  await keep('second-step', second.url);

  const faults = [];
  for (const [tag, colorScheme, width] of views) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    for (const [name, html] of Object.entries(shown)) {
      await page.setContent(html[tag], { waitUntil: 'domcontentloaded' });
      // As in a browser that has passkeys, whose script has run.
      await page.evaluate(() => document.querySelectorAll('form[data-passkey]').forEach(hidden => { hidden.hidden = false; }));
      faults.push(...await page.evaluate(() => [...document.querySelectorAll('h1, h2, p, label, button, a, small, strong, span, li')].filter(element => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && (element.scrollWidth > Math.ceil(box.width) + 1 || box.left < -1 || box.right > innerWidth + 1);
      }).map(element => element.outerHTML.slice(0, 160))).then(found => found.map(fault => `${name} ${tag} ${width}: ${fault}`)));
      await look(page, `${name}-${tag}-${colorScheme}-${width}`, { tolerated: [] });
    }
  }
  assert.deepEqual(faults, []);
}));
