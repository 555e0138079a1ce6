// DPoP, introspection and revocation with openid-client.
import assert from 'node:assert/strict';
import test from 'node:test';
import * as oauth from 'openid-client';
import { discover, issuer } from './service.js';

const secret = 'service-secret-for-local-runs-only';
const resource = new URL(`${issuer}/oauth/userinfo`);

async function signIn(config, DPoP) {
  return oauth.genericGrantRequest(config, 'password', {
    username: 'alice', password: 'alice-password', scope: 'openid profile offline_access',
  }, { DPoP });
}

test('openid-client binds its tokens to its key with DPoP, nonces included', async () => {
  const config = await discover('first-party', oauth.None());
  const DPoP = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair());
  const tokens = await signIn(config, DPoP);
  assert.equal(tokens.token_type, 'dpop');
  const user = await oauth.fetchUserInfo(config, tokens.access_token, oauth.skipSubjectCheck, { DPoP });
  assert.equal(user.name, 'Alice');
  const refreshed = await oauth.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP });
  assert.equal(refreshed.token_type, 'dpop');
  const answer = await oauth.fetchProtectedResource(config, refreshed.access_token, resource, 'GET', null, undefined, { DPoP });
  assert.equal(answer.status, 200);
});

test('a bound refresh token is worth nothing without the key, and a bound access token nothing as a bearer token', async () => {
  const config = await discover('first-party', oauth.None());
  const DPoP = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair());
  const thief = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair());
  const tokens = await signIn(config, DPoP);
  await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
  await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP: thief }), { error: 'invalid_grant' });
  const bearer = await fetch(resource, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  assert.equal(bearer.status, 401);
  await oauth.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP });
});

test('a service introspects a token, and after the app has revoked it the token is inactive', async () => {
  const app = await discover('first-party', oauth.None());
  const service = await discover('service', oauth.ClientSecretBasic(secret));
  const tokens = await signIn(app);
  const before = await oauth.tokenIntrospection(service, tokens.access_token);
  assert.equal(before.active, true);
  assert.equal(before.client_id, 'first-party');
  await oauth.tokenRevocation(app, tokens.access_token);
  assert.deepEqual(await oauth.tokenIntrospection(service, tokens.access_token), { active: false });
  const refreshed = await oauth.refreshTokenGrant(app, tokens.refresh_token);
  await oauth.tokenRevocation(app, refreshed.refresh_token);
  await assert.rejects(oauth.refreshTokenGrant(app, refreshed.refresh_token), { error: 'invalid_grant' });
});
