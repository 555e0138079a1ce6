// node-oidc-provider as the bench measures it: alice is signed in and allows everything without a page. Access tokens are JWTs (ES256),
// ID tokens are signed with RS256, refresh tokens rotate.
// Usage: node oidc.js PORT memory|tables; with tables, STORAGE is the connection string.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { createTable, TablesAdapter } from './tables.js';

const [port, storage] = process.argv.slice(2);
const api = 'urn:bench:files';
const key = (kind, options, kid, alg) =>
  ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' });

if (storage === 'tables') await createTable();
const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: storage === 'tables' ? TablesAdapter : undefined,
  clients: [
    { client_id: 'service', client_secret: 'service-secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    {
      client_id: 'web', client_secret: 'web-secret', grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
      redirect_uris: ['http://localhost:3000/callback'], id_token_signed_response_alg: 'RS256',
    },
  ],
  jwks: {
    keys: [key('ec', { namedCurve: 'P-256' }, 'es', 'ES256'), key('rsa', { modulusLength: 2048 }, 'rs', 'RS256')],
  },
  cookies: { keys: ['only-for-benchmarks'] },
  pkce: { required: () => true },
  scopes: ['openid', 'offline_access'],
  issueRefreshToken: () => true,
  rotateRefreshToken: () => true,
  ttl: { AccessToken: 3600, AuthorizationCode: 60, ClientCredentials: 3600, Grant: 86400, IdToken: 3600, Interaction: 3600,
    RefreshToken: 86400, Session: 86400 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => api,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'files.read files.write', audience: api, accessTokenFormat: 'jwt', accessTokenTTL: 3600, jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});

async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: 'alice' } });
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(api, 'files.read files.write');
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

const app = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return app(request, response);
  interact(request, response).catch(fault => {
    console.error(fault);
    response.writeHead(500).end();
  });
}).listen(Number(port), '127.0.0.1');
