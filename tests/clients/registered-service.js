// Registration, private_key_jwt and DPoP with openid-client. OpenIdClientTests.cs runs it, because it needs an initial
// access token (RFC 7591 §1.2), which an operator makes.
import assert from 'node:assert/strict';
import test from 'node:test';
import * as oauth from 'openid-client';
import { issuer } from './service.js';

test('a service registers its key and signs in with private_key_jwt and DPoP', async () => {
  const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const jwk = await crypto.subtle.exportKey('jwk', publicKey);
  const config = await oauth.dynamicClientRegistration(new URL(issuer), {
    client_name: 'A service with a key',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: 'k1' }] },
  }, oauth.PrivateKeyJwt({ key: privateKey, kid: 'k1' }), {
    initialAccessToken: process.env.LATCHKEY_INITIAL_TOKEN, execute: [oauth.allowInsecureRequests],
  });
  const DPoP = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair());
  const tokens = await oauth.clientCredentialsGrant(config, { scope: 'files.read' }, { DPoP });
  assert.equal(tokens.token_type, 'dpop');
  assert.equal((await oauth.tokenIntrospection(config, tokens.access_token)).active, true);
  await oauth.tokenRevocation(config, tokens.access_token);
  assert.equal((await oauth.tokenIntrospection(config, tokens.access_token)).active, false);
});
