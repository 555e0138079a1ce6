import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test from 'node:test';
import * as oauth from 'openid-client';
import { look, missing, onAPhone, signIn } from './chromium.js';
import { discover, issuer } from './service.js';

const appsScheme = 'com.example.files:/callback';
const scope = 'openid profile email offline_access files.read files.write';
const asking = { prompt: 'consent' }; // Whatever another test has approved before.
const options = { skip: missing, timeout: 90_000 };

async function request(redirectUri, extra = {}) {
  const config = await discover('mobile', oauth.None());
  const verifier = oauth.randomPKCECodeVerifier();
  const expected = { pkceCodeVerifier: verifier, expectedState: oauth.randomState(), expectedNonce: oauth.randomNonce() };
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    ...extra,
  });
  return { config, expected, url: url.href };
}

/** Every place that the page wants to go to, the app's own scheme too. */
async function destinations(page, context) {
  const protocol = await context.newCDPSession(page);
  const places = [];
  protocol.on('Page.frameRequestedNavigation', event => places.push(event.url));
  await protocol.send('Page.enable');
  return places;
}

async function waitFor(places, prefix) {
  for (let turn = 0; turn < 600; turn++) {
    const found = places.find(place => place.startsWith(prefix));
    if (found) return found;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  assert.fail(`nothing went to ${prefix}: ${places}`);
}

/** An app on this machine that waits for its answer. */
async function localApp() {
  let answered;
  const answer = new Promise(resolve => { answered = resolve; });
  const server = createServer((message, response) => {
    response.end('Done.');
    if (message.url.startsWith('/callback')) answered(new URL(message.url, redirectUri));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const redirectUri = `http://127.0.0.1:${server.address().port}/callback`;
  return { redirectUri, answer, close: () => server.close() };
}

test('on a phone a user signs in, consents and returns to the app by its own scheme', options, () => onAPhone(async (page, violations, context) => {
  const { config, expected, url } = await request(appsScheme, asking);
  const places = await destinations(page, context);
  await page.goto(url);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'username');
  await look(page, 'sign-in');
  await signIn(page, 'alice', 'wrong');
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('User name').inputValue(), 'alice');
  await look(page, 'wrong-password');
  await signIn(page);
  await page.getByRole('heading', { name: 'Demo mobile app wants to' }).waitFor();
  await look(page, 'consent');
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await look(page, 'return');
  const byItself = await waitFor(places, appsScheme);
  const link = page.getByRole('link', { name: 'Return to Demo mobile app' });
  assert.equal(await link.getAttribute('href'), byItself);
  await link.click(); // Chromium reports no second departure to the same app; that CSP stops nothing, onAPhone checks.
  const tokens = await oauth.authorizationCodeGrant(config, new URL(byItself), expected);
  assert.equal(tokens.claims().name, 'Alice');
  assert.equal(tokens.claims().email, 'alice@demo.example');

  // The same browser again: no password, but nothing goes to an app's scheme without a click.
  await page.goto((await request(appsScheme)).url);
  await page.getByRole('heading', { name: 'Continue to Demo mobile app?' }).waitFor();
  await look(page, 'continue');
}));

test('on a phone a user denies, and the app hears of it', options, () => onAPhone(async (page, violations, context) => {
  const places = await destinations(page, context);
  await page.goto((await request(appsScheme, asking)).url);
  await signIn(page, 'bob');
  await page.getByRole('button', { name: "Don't allow" }).click();
  await page.getByRole('heading', { name: 'Access denied' }).waitFor();
  await look(page, 'denied');
  assert.equal(new URL(await waitFor(places, appsScheme)).searchParams.get('error'), 'access_denied');
}));

test('the redirect after the form is not stopped on its way to an app on this machine', options, () => onAPhone(async page => {
  const app = await localApp();
  try {
    const { config, expected, url } = await request(app.redirectUri, asking);
    await page.goto(url);
    await signIn(page, 'admin');
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    const tokens = await oauth.authorizationCodeGrant(config, await app.answer, expected);
    assert.equal(tokens.claims().name, 'Admin');
    // Any program may listen on this machine, so it never goes there without a tap (RFC 8252 §8.6).
    const silent = await request(app.redirectUri, { prompt: 'none' });
    const response = await page.goto(silent.url);
    assert.equal(new URL(response.url()).searchParams.get('error'), 'interaction_required');
  } finally {
    app.close();
  }
}));

test('the pages need no script, no mouse and no light', options, () => onAPhone(async page => {
  await page.goto((await request(appsScheme, asking)).url);
  await look(page, 'sign-in-dark');
  await page.keyboard.type('admin');
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await look(page, 'wrong-password-dark');
  await page.keyboard.type('admin-password'); // The cursor waits in the password's field.
  await page.keyboard.press('Enter');
  await page.getByText('Signed in as').waitFor();
  await look(page, 'consent-dark');
}, { colorScheme: 'dark' }));

test('a wrong redirect URI shows our own page, on a desk too', options, () => onAPhone(async page => {
  const response = await page.goto((await request('https://evil.example/callback')).url);
  assert.equal(response.status(), 400);
  assert.ok(page.url().startsWith(issuer));
  await look(page, 'error');
  await page.setViewportSize({ width: 1280, height: 800 });
  await look(page, 'error-desktop');
  await page.goto((await request(appsScheme)).url);
  await look(page, 'sign-in-desktop');
}));
