// Stand-ins for the native parts of the React Native libraries in docs/quickstarts/react-native.md: a person takes the browser's place.
import * as oauth from 'openid-client';
import { signIn } from './person.js';
import { photo } from './service.js';

/** What the user picks. */
export const picked = photo(4000);
let refreshed = 0;
let kept = false;

/** How often tokens were refreshed. */
export const refreshes = () => refreshed;

const discover = ({ issuer, clientId }) => oauth.discovery(new URL(issuer), clientId, {}, oauth.None(), { execute: [oauth.allowInsecureRequests] });

const result = tokens => ({
  accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? null, idToken: tokens.id_token,
  accessTokenExpirationDate: new Date(Date.now() + tokens.expires_in * 1000).toISOString(),
});

export async function authorize(config) {
  const found = await discover(config);
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
  const expectedState = oauth.randomState();
  const url = oauth.buildAuthorizationUrl(found, {
    redirect_uri: config.redirectUrl, scope: config.scopes.join(' '), state: expectedState,
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
  });
  return result(await oauth.authorizationCodeGrant(found, await signIn(url, config.redirectUrl), { pkceCodeVerifier, expectedState }));
}

export async function refresh(config, { refreshToken }) {
  refreshed++;
  return result(await oauth.refreshTokenGrant(await discover(config), refreshToken));
}

export const revoke = async (config, { tokenToRevoke }) => oauth.tokenRevocation(await discover(config), tokenToRevoke);

export const setGenericPassword = async (username, password) => { kept = { username, password }; };
export const getGenericPassword = async () => kept;
export const resetGenericPassword = async () => { kept = false; };

export const launchImageLibrary = async () => ({
  assets: [{ uri: `data:image/jpeg;base64,${picked.toString('base64')}`, fileName: 'holiday.jpg', type: 'image/jpeg' }],
});
