import assert from 'node:assert/strict';
import test from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'openid-client';
import { discover, issuer } from './service.js';

const secret = 'service-secret-for-local-runs-only';
const scope = 'files.read files.write';

async function signIn() {
  const config = await discover('first-party', oauth.None());
  const tokens = await oauth.genericGrantRequest(config, 'password', {
    username: 'alice',
    password: 'alice-password',
    scope: `${scope} offline_access`,
  });
  return { config, tokens };
}

test('openid-client discovers the issuer at the address of OpenID Connect and at that of RFC 8414', async () => {
  for (const algorithm of ['oidc', 'oauth2']) {
    const config = await discover('service', oauth.ClientSecretBasic(secret), { algorithm });
    assert.equal(config.serverMetadata().issuer, issuer);
    assert.equal(config.serverMetadata().token_endpoint, `${issuer}/oauth/token`);
  }
});

for (const [name, authentication] of [['basic', oauth.ClientSecretBasic(secret)], ['post', oauth.ClientSecretPost(secret)]]) {
  test(`openid-client gets a token by client credentials with client_secret_${name}`, async () => {
    const tokens = await oauth.clientCredentialsGrant(await discover('service', authentication), { scope });
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.scope, scope);
    assert.ok(tokens.expires_in > 0);
    assert.equal(tokens.refresh_token, undefined);
  });
}

test('a wrong client secret reaches the app as a 401 with its challenge', async () => {
  const config = await discover('service', oauth.ClientSecretPost('wrong'));
  await assert.rejects(oauth.clientCredentialsGrant(config), { code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', status: 401 });
});

test('an access token verifies with jose against the published keys', async () => {
  const { config, tokens } = await signIn();
  const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
  const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, { issuer, typ: 'at+jwt', algorithms: ['ES256'] });
  assert.equal(payload.client_id, 'first-party');
  assert.equal(payload.tid, 'demo');
  assert.ok(protectedHeader.kid);
});

test('openid-client signs a user in and refreshes, and a retry after a lost answer gets the same successor', async () => {
  const { config, tokens } = await signIn();
  const refreshed = await oauth.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
  assert.notEqual(refreshed.access_token, tokens.access_token);
  const retried = await oauth.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(retried.refresh_token, refreshed.refresh_token);
  const next = await oauth.refreshTokenGrant(config, retried.refresh_token);
  assert.notEqual(next.refresh_token, retried.refresh_token);
});

test('a refresh token two generations old reaches the app as invalid_grant and ends the session', async () => {
  const { config, tokens } = await signIn();
  const second = await oauth.refreshTokenGrant(config, tokens.refresh_token);
  const third = await oauth.refreshTokenGrant(config, second.refresh_token);
  await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
  await assert.rejects(oauth.refreshTokenGrant(config, third.refresh_token), { error: 'invalid_grant' });
});
