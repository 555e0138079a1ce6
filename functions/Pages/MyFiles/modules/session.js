// Signs in like any browser app: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636). The access token exists only
// in this object. The refresh token is a cookie for the token endpoint that scripts can't read.
import { t } from './texts.js';

/** Nobody is signed in, or the session has ended. */
export class SignInNeeded extends Error {}

const scope = 'openid profile offline_access files.read files.write files.share';
const earlySeconds = 30;

export class Session {
  #issuer;
  #client;
  #token;
  #idToken;
  #freshUntil = 0;
  #refreshing;
  #onEnded;

  /** @param onEnded is called when the session has ended, for example because the user ended it elsewhere. */
  constructor(issuer, client, onEnded) {
    this.#issuer = issuer;
    this.#client = client;
    this.#onEnded = onEnded;
  }

  /** Handles the response of a sign-in, or resumes the session of the last visit; false if there is none. */
  async start() {
    const response = new URLSearchParams(location.search);
    history.replaceState(null, '', location.pathname + location.hash); // The code must not stay in the address.
    if (response.has('code') || response.has('error')) return this.#handleResponse(response);
    try {
      await this.refresh();
      return true;
    } catch (error) {
      if (error instanceof SignInNeeded) return false;
      throw error;
    }
  }

  /** Goes to the sign-in page. */
  async signIn() {
    const [verifier, state] = [random(), random()];
    sessionStorage.setItem(this.#client, JSON.stringify({ verifier, state, hash: location.hash }));
    const challenge = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
    location.assign(`${this.#issuer}/oauth/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id: this.#client,
      redirect_uri: this.#home,
      scope,
      state,
      code_challenge: base64Url(challenge),
      code_challenge_method: 'S256',
    })}`);
  }

  /** Ends the session and the browser's sign-in (OpenID Connect RP-Initiated Logout), then returns here. */
  signOut() {
    location.assign(`${this.#issuer}/oauth/logout?${new URLSearchParams({
      id_token_hint: this.#idToken,
      post_logout_redirect_uri: this.#home,
      state: 'signed-out',
    })}`);
  }

  /** An access token that is valid for a while. */
  async token() {
    if (Date.now() >= this.#freshUntil) await this.refresh();
    return this.#token;
  }

  /** Gets a new access token; parallel callers share one request. */
  async refresh() {
    this.#refreshing ??= this.#requestTokens({ grant_type: 'refresh_token' }).finally(() => { this.#refreshing = undefined; });
    return this.#refreshing;
  }

  /** The signed-in user, from the ID token. The token came straight from the token endpoint, so it is not verified. */
  get user() {
    const json = atob(this.#idToken.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(json, char => char.charCodeAt(0))));
  }

  get #home() {
    return `${this.#issuer}/my-files`;
  }

  async #handleResponse(response) {
    const request = JSON.parse(sessionStorage.getItem(this.#client));
    sessionStorage.removeItem(this.#client);
    // First check that this responds to our request (RFC 6749 section 10.12) and comes from our issuer (RFC 9207).
    if (!request || response.get('state') !== request.state || response.get('iss') !== this.#issuer)
      throw new Error(t('FilesSignInNotVerified'));
    if (response.has('error')) {
      const reason = response.get('error_description') ?? response.get('error');
      throw new Error(t('FilesSignInFailed', { reason }));
    }
    await this.#requestTokens({
      grant_type: 'authorization_code',
      code: response.get('code'),
      redirect_uri: this.#home,
      code_verifier: request.verifier,
    });
    history.replaceState(null, '', location.pathname + request.hash);
    return true;
  }

  async #requestTokens(form) {
    const response = await fetch(`${this.#issuer}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: this.#client, ...form }),
    });
    const tokens = await response.json();
    if (response.status === 400) {
      if (this.#token) this.#onEnded();
      throw new SignInNeeded(t('FilesSessionEnded'));
    }
    // A temporary failure such as 503: the session still exists.
    if (!response.ok) throw new TypeError(tokens.detail ?? 'The sign-in service is not responding.');
    this.#token = tokens.access_token;
    this.#idToken = tokens.id_token ?? this.#idToken;
    this.#freshUntil = Date.now() + (tokens.expires_in - earlySeconds) * 1000;
  }
}

const random = () => base64Url(crypto.getRandomValues(new Uint8Array(32)));

const base64Url = bytes => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
