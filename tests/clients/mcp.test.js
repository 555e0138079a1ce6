// A stock MCP client signs in against an MCP server that trusts Latchkey. All that it is told is the MCP server's address: the server's
// challenge leads to its metadata (RFC 9728), that to the issuer's (RFC 8414), and there the client registers itself (RFC 7591). It asks
// for the server by `resource` (RFC 8707), so its token is of use at this server alone.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { auth, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { signIn } from './person.js';
import { origin } from './service.js';

const tenant = `mcp${randomBytes(4).toString('hex')}`;
const issuer = `${origin}/${tenant}`;
const redirectUri = 'http://127.0.0.1:49998/callback'; // Nobody listens: the test reads the redirect itself.
let listener;
let mcpUrl;
let ownToken; // Of Latchkey itself.

/** A request to the administration, which must succeed. */
async function ask(token, method, path, body) {
  const response = await fetch(origin + path, {
    method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

/** The MCP server as its operator would write it with the SDK: the token's signature, issuer and audience are all that it checks. */
function mcpServer() {
  const keys = createRemoteJWKSet(new URL(`${issuer}/oauth/jwks`));
  const verifier = {
    async verifyAccessToken(token) {
      try {
        const { payload } = await jwtVerify(token, keys, { issuer, audience: mcpUrl, typ: 'at+jwt', algorithms: ['ES256'] });
        const scopes = payload.scope?.split(' ') ?? [];
        return { token, clientId: payload.client_id, scopes, expiresAt: payload.exp, resource: new URL(payload.aud), extra: { name: payload.name } };
      } catch {
        throw new InvalidTokenError('The token is not for this server.');
      }
    },
  };
  const metadataPath = '/.well-known/oauth-protected-resource/mcp';
  const app = createMcpExpressApp();
  app.get(metadataPath, (_, response) =>
    response.json({ resource: mcpUrl, authorization_servers: [issuer], scopes_supported: ['tools.use'] }));
  app.post('/mcp', (request, response, next) => requireBearerAuth({
    verifier, requiredScopes: ['tools.use'], expectedResource: mcpUrl, resourceMetadataUrl: new URL(metadataPath, mcpUrl).href,
  })(request, response, next), async (request, response) => {
    const server = new McpServer({ name: 'greeter', version: '1.0.0' });
    server.registerTool('greet', { description: 'Greets whoever signed in' }, ({ authInfo }) =>
      ({ content: [{ type: 'text', text: `Hello, ${authInfo.extra.name}` }] }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on('close', () => { transport.close(); server.close(); });
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  return app;
}

/** What an MCP client keeps, as the SDK asks for it. */
class Keeper {
  redirectUrl = redirectUri;

  clientMetadata = {
    client_name: 'MCP client', application_type: 'native', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
  };

  clientInformation() { return this.client; }
  saveClientInformation(client) { this.client = client; }
  tokens() { return this.saved; }
  saveTokens(tokens) { this.saved = tokens; }
  redirectToAuthorization(url) { this.authorization = url; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
}

{
  const response = await fetch(`${origin}/operator/oauth/token`, {
    method: 'POST', body: new URLSearchParams({
      grant_type: 'client_credentials', client_id: 'service', client_secret: 'service-secret-for-local-runs-only' }),
  });
  const operator = (await response.json()).access_token;
  await ask(operator, 'POST', '/operator/admin/tenants', { id: tenant });
  await ask(operator, 'PATCH', `/operator/admin/tenants/${tenant}`, { openRegistration: true });
  const { accessToken } = await ask(operator, 'POST', `/operator/admin/tenants/${tenant}/token`, {});
  ownToken = accessToken;
  await ask(accessToken, 'POST', `/${tenant}/admin/users`, { userName: 'alice', name: 'Alice', password: 'alice-password', roles: ['member'] });
  listener = mcpServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  mcpUrl = `http://127.0.0.1:${listener.address().port}/mcp`;
  await ask(accessToken, 'POST', `/${tenant}/admin/apis`,
    { identifier: mcpUrl, name: 'Greeter', scopes: [{ name: 'tools.use', description: 'Use the greeter’s tools' }] });
}

after(() => listener?.close());

test('a stock MCP client finds the way to sign in from the MCP server’s address alone', async () => {
  const keeper = new Keeper();
  const client = new Client({ name: 'test', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider: keeper });
  await assert.rejects(client.connect(transport), UnauthorizedError);
  assert.equal(keeper.authorization.href.split('?')[0], `${issuer}/oauth/authorize`);
  assert.equal(keeper.authorization.searchParams.get('resource'), mcpUrl);
  assert.match(keeper.client.scope, /tools\.use/);

  const answer = await signIn(keeper.authorization, redirectUri);
  await transport.finishAuth(answer.searchParams.get('code'));
  const claims = decodeJwt(keeper.saved.access_token);
  assert.deepEqual([claims.aud, claims.scope, claims.iss], [mcpUrl, 'tools.use', issuer]);
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider: keeper }));
  const { content } = await client.callTool({ name: 'greet' });
  assert.equal(content[0].text, 'Hello, Alice');

  const first = keeper.saved.access_token;
  assert.equal(await auth(keeper, { serverUrl: mcpUrl }), 'AUTHORIZED'); // By the refresh token.
  assert.notEqual(keeper.saved.access_token, first);
  assert.equal(decodeJwt(keeper.saved.access_token).aud, mcpUrl);
  assert.equal((await client.callTool({ name: 'greet' })).content[0].text, 'Hello, Alice');
  await client.close();

  const files = await fetch(`${issuer}/files`, { headers: { authorization: `Bearer ${keeper.saved.access_token}` } });
  assert.equal(files.status, 401); // The MCP server can't pass the token on.
});

test('a token of Latchkey itself is of no use at the MCP server', async () => {
  const response = await fetch(mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${ownToken}` } });
  assert.equal(response.status, 401);
  assert.match(response.headers.get('www-authenticate'), /resource_metadata="http:/);
});
