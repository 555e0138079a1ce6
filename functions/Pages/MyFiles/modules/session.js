// Signing in, as an app in a browser does it: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636). The access
// token lives in this object and nowhere else. The refresh token is a cookie for the token endpoint that no script sees.

/** There is nobody signed in, or no longer. */
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

  /** @param onEnded hears that a session which was there has ended, for example because the person ended it elsewhere. */
  constructor(issuer, client, onEnded) {
    this.#issuer = issuer;
    this.#client = client;
    this.#onEnded = onEnded;
  }

  /** Takes the answer that a sign-in has brought, or goes on with the session of the last visit; false if there is none. */
  async start() {
    const answer = new URLSearchParams(location.search);
    history.replaceState(null, '', location.pathname + location.hash); // A code has no business in an address.
    if (answer.has('code') || answer.has('error')) return this.#takeAnswer(answer);
    try {
      await this.refresh();
      return true;
    } catch (error) {
      if (error instanceof SignInNeeded) return false;
      throw error;
    }
  }

  /** Leaves for the sign-in page. */
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

  /** Ends the session and the browser's sign-in (OpenID Connect RP-Initiated Logout), and comes back here. */
  signOut() {
    location.assign(`${this.#issuer}/oauth/logout?${new URLSearchParams({
      id_token_hint: this.#idToken,
      post_logout_redirect_uri: this.#home,
      state: 'signed-out',
    })}`);
  }

  /** An access token that is good for a while. */
  async token() {
    if (Date.now() >= this.#freshUntil) await this.refresh();
    return this.#token;
  }

  /** Gets a new access token; several callers at once get the same. */
  async refresh() {
    this.#refreshing ??= this.#ask({ grant_type: 'refresh_token' }).finally(() => { this.#refreshing = undefined; });
    return this.#refreshing;
  }

  /** Who is signed in: what the ID token says. It came straight from the token endpoint. */
  get user() {
    const json = atob(this.#idToken.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(json, char => char.charCodeAt(0))));
  }

  get #home() {
    return `${this.#issuer}/my-files`;
  }

  async #takeAnswer(answer) {
    const asked = JSON.parse(sessionStorage.getItem(this.#client));
    sessionStorage.removeItem(this.#client);
    // Before anything else is believed: that this answers our question (RFC 6749 section 10.12), and our issuer's (RFC 9207).
    if (!asked || answer.get('state') !== asked.state || answer.get('iss') !== this.#issuer)
      throw new Error('This is not the answer to our sign-in. Please sign in again.');
    if (answer.has('error')) throw new Error(`You are not signed in: ${answer.get('error_description') ?? answer.get('error')}`);
    await this.#ask({
      grant_type: 'authorization_code',
      code: answer.get('code'),
      redirect_uri: this.#home,
      code_verifier: asked.verifier,
    });
    history.replaceState(null, '', location.pathname + asked.hash);
    return true;
  }

  async #ask(form) {
    const response = await fetch(`${this.#issuer}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: this.#client, ...form }),
    });
    const answer = await response.json();
    if (response.status === 400) {
      if (this.#token) this.#onEnded();
      throw new SignInNeeded('Your sign-in has ended. Sign in again: nothing that was uploaded is lost.');
    }
    // 503 and the like: it passes, and the session is still there.
    if (!response.ok) throw new TypeError(answer.detail ?? 'The sign-in service does not answer.');
    this.#token = answer.access_token;
    this.#idToken = answer.id_token ?? this.#idToken;
    this.#freshUntil = Date.now() + (answer.expires_in - earlySeconds) * 1000;
  }
}

const random = () => base64Url(crypto.getRandomValues(new Uint8Array(32)));

const base64Url = bytes => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
