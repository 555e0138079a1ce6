import assert from 'node:assert/strict';
import test from 'node:test';
import * as oauth from 'openid-client';
import { signIn } from './person.js';
import { api, discover, issuer } from './service.js';

const redirects = ['com.example.files:/callback', 'http://127.0.0.1:49999/callback', 'http://localhost:8100/callback'];
const scope = 'openid profile email files.read';

async function start(redirectUri, parameters = {}, build = oauth.buildAuthorizationUrl) {
  const config = await discover('mobile', oauth.None());
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: oauth.randomState(), expectedNonce: oauth.randomNonce() };
  const url = await build(config, {
    redirect_uri: redirectUri,
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return { config, checks, url };
}

for (const redirectUri of redirects) {
  test(`openid-client goes from discovery to tokens by code and PKCE, back to ${redirectUri.split('/callback')[0]}`, async () => {
    const { config, checks, url } = await start(redirectUri);
    const tokens = await oauth.authorizationCodeGrant(config, await signIn(url, redirectUri), { ...checks, maxAge: 60 });
    assert.equal(tokens.claims().iss, issuer);
    assert.equal(tokens.claims().email, 'alice@demo.example');
    assert.ok(await api(tokens.access_token, 'GET', '/files'));
    const refreshed = await oauth.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(refreshed.claims().sub, tokens.claims().sub);
  });
}

test('openid-client pushes its request', async () => {
  const { config, checks, url } = await start(redirects[1], {}, oauth.buildAuthorizationUrlWithPAR);
  assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
  await oauth.authorizationCodeGrant(config, await signIn(url, redirects[1]), checks);
});

test('a denial reaches openid-client as access_denied', async () => {
  const { config, checks, url } = await start(redirects[1], { prompt: 'consent' });
  const answer = await signIn(url, redirects[1], 'bob', 'deny');
  await assert.rejects(oauth.authorizationCodeGrant(config, answer, checks), { error: 'access_denied' });
});

test('a code used twice reaches openid-client as invalid_grant and ends the session', async () => {
  const { config, checks, url } = await start(redirects[1]);
  const answer = await signIn(url, redirects[1]);
  const tokens = await oauth.authorizationCodeGrant(config, answer, checks);
  await assert.rejects(oauth.authorizationCodeGrant(config, answer, checks), { error: 'invalid_grant' });
  await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
});

test('openid-client goes all the way from discovery to logout', async () => {
  const { config, checks, url } = await start(redirects[1]);
  const tokens = await oauth.authorizationCodeGrant(config, await signIn(url, redirects[1]), checks);
  const { sub } = tokens.claims();
  assert.equal((await oauth.fetchUserInfo(config, tokens.access_token, sub)).name, 'Alice');
  const refreshed = await oauth.refreshTokenGrant(config, tokens.refresh_token);
  await oauth.tokenRevocation(config, refreshed.access_token);
  await assert.rejects(oauth.fetchUserInfo(config, refreshed.access_token, sub));
  const last = await oauth.refreshTokenGrant(config, refreshed.refresh_token); // Only that access token was revoked.
  const logout = await fetch(oauth.buildEndSessionUrl(config, { id_token_hint: last.id_token }), { redirect: 'manual' });
  assert.equal(logout.status, 200);
  await assert.rejects(oauth.refreshTokenGrant(config, last.refresh_token), { error: 'invalid_grant' });
});
