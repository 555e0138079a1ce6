import type { Authorization, Authorizer, User } from '../authorizer.js';
import { LatchkeyError, SessionEndedError, SignInError } from '../errors.js';
import { indexedDBStorage } from '../storage/indexed-db.js';
import { memoryStorage, webStorage } from '../storage/storage.js';
import type { KeyValueStorage } from '../storage/storage.js';
import { invalid } from '../request.js';
import { answerIn, codeOf, newRequest } from './authorization.js';
import type { Pending, SignInOptions } from './authorization.js';
import { isAt, redirectBrowser } from './browser.js';
import type { SignInBrowser } from './browser.js';
import { DPoP } from './dpop.js';
import { exclusively } from './lock.js';
import { OAuthError, TokenEndpoint } from './token-endpoint.js';
import { claimsOf, readTokens } from './tokens.js';
import type { Tokens } from './tokens.js';

const earlyMs = 30_000;

/** What a session is made of. */
export interface SessionOptions {
  /** The tenant's address, `https://login.example.com/acme`, without a slash at its end. */
  issuer: string;
  /** The id of a public client. */
  clientId: string;
  /** One of the client's redirect URIs, character for character. */
  redirectUri: string;
  /** What to ask for; `openid profile offline_access files.read files.write` if it is left out. */
  scope?: string;
  /** Where the tokens are: `indexedDBStorage()` in a browser, `memoryStorage()` elsewhere, unless you give another. */
  storage?: KeyValueStorage;
  /** How the user gets to the service's pages: `redirectBrowser()` unless you give another. */
  browser?: SignInBrowser;
  /** True binds the tokens to a key that never leaves this browser (RFC 9449). */
  dpop?: boolean;
  /** One of the client's addresses to come back to after `signOut({ everywhere: true })`. */
  postLogoutRedirectUri?: string;
}

/** What a sign-in comes to. */
export interface SignedIn {
  user: User;
  /** What `signIn` was given. */
  returnTo?: string;
}

/** A user's session with a tenant: signs in, keeps the tokens fresh, signs out. */
export class Session implements Authorizer {
  readonly issuer: string;
  readonly #options: SessionOptions & { scope: string; storage: KeyValueStorage; browser: SignInBrowser };
  readonly #endpoint: TokenEndpoint;
  readonly #dpop: DPoP | undefined;
  readonly #name: string;
  readonly #listeners = new Set<(error: SessionEndedError) => void>();
  #tokens: Tokens | undefined;
  #sub: string | undefined;
  #refreshing: Promise<Tokens> | undefined;
  #handling: { url: string; result: Promise<SignedIn> } | undefined;
  #signIn: AbortController | undefined;

  constructor(options: SessionOptions) {
    const storage = options.storage ?? (typeof indexedDB === 'undefined' ? memoryStorage() : indexedDBStorage());
    this.issuer = options.issuer.replace(/\/$/, '');
    this.#options = { scope: 'openid profile offline_access files.read files.write', browser: redirectBrowser(), ...options, issuer: this.issuer, storage };
    this.#name = `${this.issuer}:${options.clientId}`;
    this.#dpop = options.dpop ? new DPoP(this.#name) : undefined;
    this.#endpoint = new TokenEndpoint(this.issuer, options.clientId, this.#dpop);
  }

  /**
   * Signs the user in by the service's pages. With `redirectBrowser()` the page is left, and `handleRedirect` goes on after it.
   * @throws SignInError; NetworkError: the code could not be redeemed, begin again.
   */
  async signIn(options: SignInOptions = {}): Promise<SignedIn> {
    this.#signIn?.abort(); // The one before it, if the user has left it open.
    const stop = this.#signIn = new AbortController();
    const end = (): void => stop.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', end);
    try {
      if (options.signal?.aborted) throw options.signal.reason;
      const { url, pending } = newRequest(this.#options, options, await this.#dpop?.thumbprint());
      await this.#pendings.set(this.#pendingKey, JSON.stringify(pending));
      const isOurs = (answer: string): boolean => answerIn(answer, this.#options.redirectUri)?.get('state') === pending.state;
      const answer = await this.#options.browser.open(url, isOurs, stop.signal);
      return await this.handleRedirect(answer) ?? invalid('The browser came back with another address.');
    } finally {
      options.signal?.removeEventListener('abort', end);
      if (this.#signIn === stop) this.#signIn = undefined;
    }
  }

  /**
   * Ends a sign-in with the address at which the user came back. Call it when the page loads, or the app is opened with an address. The
   * code is removed from the browser's address.
   * @param url the page's address if it is left out.
   * @returns undefined if the address is no answer to a sign-in.
   * @throws SignInError, NetworkError, InvalidAnswerError
   */
  async handleRedirect(url?: string): Promise<SignedIn | undefined> {
    const address = url ?? globalThis.location?.href;
    const answer = address ? answerIn(address, this.#options.redirectUri) : undefined;
    if (!answer) return undefined;
    if (url === undefined) history.replaceState(history.state, '', this.#options.redirectUri); // The code must not stay in the address.
    if (this.#handling?.url !== address) this.#handling = { url: address!, result: this.#redeem(answer) }; // Some frameworks ask twice.
    return this.#handling.result;
  }

  async #redeem(answer: URLSearchParams): Promise<SignedIn> {
    const text = await this.#pendings.get(this.#pendingKey);
    const { code, pending } = codeOf(answer, text ? JSON.parse(text) as Pending : undefined, this.issuer);
    await this.#pendings.remove(this.#pendingKey); // Good once, whatever comes of it.
    const tokens = await this.#endpoint.tokens({
      grant_type: 'authorization_code', code, code_verifier: pending.verifier, redirect_uri: this.#options.redirectUri,
    }).catch(error => { throw error instanceof OAuthError ? new SignInError(error.code, error.message, { cause: error }) : error; });
    const user = claimsOf(tokens.idToken) ?? invalid('There is no ID token: ask for the scope openid.');
    const audience: unknown = user['aud'];
    const isFor = Array.isArray(audience) ? audience.includes(this.#options.clientId) : audience === this.#options.clientId;
    if (user['iss'] !== this.issuer || !isFor || user['nonce'] !== pending.nonce) {
      throw new SignInError('issuer_mismatch', 'The ID token is not the answer to this sign-in.');
    }
    await exclusively(this.#lock, this.#options.storage, () => this.#keep(tokens));
    this.#sub = user.sub;
    return { user, returnTo: pending.returnTo };
  }

  /** True if there is a session, as far as this device knows. */
  async isSignedIn(): Promise<boolean> {
    return await this.#stored() !== undefined;
  }

  /** Who is signed in; undefined if nobody is. */
  async user(): Promise<User | undefined> {
    return claimsOf((await this.#stored())?.idToken);
  }

  /**
   * An access token that is good for half a minute at least.
   * @throws SessionEndedError, NetworkError
   */
  async accessToken(): Promise<string> {
    return (await this.#fresh()).accessToken;
  }

  /** Gets a new access token, even if the one there is has not expired: with the roles and groups that the user has now. */
  async refresh(): Promise<string> {
    return (await this.#refresh((await this.#stored())?.accessToken)).accessToken;
  }

  /** What a request is to be sent with. */
  async authorize(method: string, url: string, rejected?: string): Promise<Authorization> {
    if (!url.startsWith(`${this.issuer}/`)) throw new LatchkeyError('invalid_argument', 'The tokens are for the issuer only.');
    const { accessToken: token, tokenType } = rejected === undefined ? await this.#fresh() : await this.#refresh(rejected);
    const headers: Record<string, string> = { Authorization: `${tokenType} ${token}` };
    if (this.#dpop) headers['DPoP'] = await this.#dpop.proof(method, url, token);
    return { headers, token };
  }

  heard(url: string, headers: Headers): void {
    this.#dpop?.heard(url, headers);
  }

  /**
   * Signs out: forgets the tokens and revokes them.
   * @param options `everywhere` ends the browser's sign-in too (OpenID Connect RP-Initiated Logout), by a visit to the service.
   * @returns `revoked` is false if the service could not be reached: its session then ends by itself.
   */
  async signOut({ everywhere = false } = {}): Promise<{ revoked: boolean }> {
    const tokens = await exclusively(this.#lock, this.#options.storage, async () => {
      const there = await this.#stored();
      await this.#options.storage.remove(this.#key);
      this.#tokens = this.#sub = undefined;
      return there;
    });
    if (!tokens) return { revoked: false };
    const revoked = await this.#endpoint.revoke(tokens.refreshToken ?? tokens.accessToken).then(() => true, () => false);
    if (everywhere && tokens.idToken) {
      const back = this.#options.postLogoutRedirectUri;
      const url = `${this.issuer}/oauth/logout?${new URLSearchParams({
        id_token_hint: tokens.idToken, ...(back && { post_logout_redirect_uri: back }),
      })}`;
      await this.#options.browser.open(url, address => back !== undefined && isAt(address, back)).catch(() => {}); // Closing it is fine.
    }
    return { revoked };
  }

  /** Is called once when the session is over without `signOut`: expired, ended elsewhere, or another user is signed in now. */
  onEnded(listener: (error: SessionEndedError) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #fresh(): Promise<Tokens> {
    const isFresh = (tokens: Tokens): boolean => tokens.expiresAt - earlyMs > Date.now();
    if (this.#tokens && isFresh(this.#tokens)) return this.#tokens;
    const stored = await this.#stored();
    if (stored && isFresh(stored)) return this.#tokens = stored;
    return this.#refresh(stored?.accessToken);
  }

  #refresh(rejected: string | undefined): Promise<Tokens> {
    this.#refreshing ??= exclusively(this.#lock, this.#options.storage, () => this.#refreshOnce(rejected))
      .finally(() => { this.#refreshing = undefined; });
    return this.#refreshing;
  }

  async #refreshOnce(rejected: string | undefined): Promise<Tokens> {
    for (let tries = 1; ; tries++) {
      const stored = await this.#stored();
      if (!stored) throw this.#ended('not_signed_in', 'Nobody is signed in.');
      if (stored.accessToken !== rejected && stored.expiresAt - earlyMs > Date.now()) return this.#tokens = stored; // Somebody was faster.
      const sent = stored.refreshToken;
      if (!sent) throw await this.#end('The session has no refresh token: ask for the scope offline_access.');
      try {
        const tokens = await this.#endpoint.tokens({ grant_type: 'refresh_token', refresh_token: sent });
        const now = await this.#stored();
        if (!now) throw this.#ended('session_ended', 'The user has signed out meanwhile.');
        // Native code that shares the storage may have gone on further.
        if (now.refreshToken !== sent && now.refreshToken !== tokens.refreshToken) return this.#tokens = now;
        const before = claimsOf(stored.idToken)?.sub;
        const after = claimsOf(tokens.idToken)?.sub;
        if (before && after && before !== after) invalid('The new tokens are of another user.');
        return await this.#keep({ ...tokens, refreshToken: tokens.refreshToken ?? sent, idToken: tokens.idToken ?? stored.idToken });
      } catch (error) {
        if (!(error instanceof OAuthError) || !['invalid_grant', 'invalid_client', 'unauthorized_client'].includes(error.code)) throw error;
        const now = await this.#stored();
        if (now && now.refreshToken !== sent && tries < 3) continue; // It was no longer the last one.
        throw await this.#end(error.message, error);
      }
    }
  }

  async #keep(tokens: Tokens): Promise<Tokens> {
    await this.#options.storage.set(this.#key, JSON.stringify(tokens));
    return this.#tokens = tokens;
  }

  async #stored(): Promise<Tokens | undefined> {
    const tokens = readTokens(await this.#options.storage.get(this.#key));
    const sub = claimsOf(tokens?.idToken)?.sub;
    if (tokens && this.#sub && sub !== this.#sub) throw this.#ended('user_changed', 'Another user has signed in, in another tab.');
    if (tokens) this.#sub = sub;
    return tokens;
  }

  async #end(message: string, cause?: unknown): Promise<SessionEndedError> {
    await this.#options.storage.remove(this.#key);
    return this.#ended('session_ended', message, cause);
  }

  #ended(code: 'not_signed_in' | 'session_ended' | 'user_changed', message: string, cause?: unknown): SessionEndedError {
    const error = new SessionEndedError(code, message, { cause });
    const wasSignedIn = this.#sub !== undefined;
    this.#tokens = undefined;
    if (code !== 'user_changed') this.#sub = undefined;
    if (wasSignedIn) queueMicrotask(() => this.#listeners.forEach(listener => listener(error)));
    return error;
  }

  get #key(): string { return `latchkey:tokens:${this.#name}`; }

  get #lock(): string { return `latchkey:lock:${this.#name}`; }

  get #pendingKey(): string { return `latchkey:pending:${this.#name}`; }

  get #pendings(): KeyValueStorage {
    const { browser, storage } = this.#options;
    return browser.staysInApp || typeof sessionStorage === 'undefined' ? storage : webStorage(sessionStorage);
  }
}
