// An OpenID provider for tests and for `dotnet dev.cs up --with-idp`: node-oidc-provider, whose users are whoever they say they are.
// Usage: node idp.js PORT REDIRECT_URI…
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, ...redirects] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'es', use: 'sig', alg: 'ES256' };

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'latchkey', client_secret: 'demo-id-secret-for-local-runs-only', redirect_uris: redirects,
    grant_types: ['authorization_code'], response_types: ['code'], id_token_signed_response_alg: 'ES256',
  }],
  jwks: { keys: [key] },
  cookies: { keys: ['only-for-local-runs'] },
  pkce: { required: () => true },
  scopes: ['openid', 'profile', 'email'],
  claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email', 'email_verified'] },
  features: { devInteractions: { enabled: true } },
  // The login is the address or a name; whoever has "admin" in it is in that group.
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({
      sub: id, name: `${id.split('@')[0]} of Demo Id`, groups: id.includes('admin') ? ['staff', 'admins'] : ['staff'],
      ...(id.includes('@') ? { email: id, email_verified: !id.startsWith('unverified') } : {}),
    }),
  }),
});

provider.listen(Number(port), '127.0.0.1', () => console.log(`Demo Id listens at ${issuer}`));
