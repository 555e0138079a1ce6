import { mustBeBelow, mustBeSafe } from '../authorizer.js';
import type { Authorization, Authorizer, User } from '../authorizer.js';
import { SessionEndedError, SignInError } from '../errors.js';
import { indexedDBStorage } from '../storage/indexed-db.js';
import { webStorage } from '../storage/storage.js';
import type { KeyValueStorage } from '../storage/storage.js';
import { invalid } from '../request.js';
import { answered, answerIn, codeOf, newRequest } from './authorization.js';
import type { Pending, SignInOptions } from './authorization.js';
import { isAt, redirectBrowser } from './browser.js';
import type { SignInBrowser } from './browser.js';
import { DPoP } from './dpop.js';
import { TokenKeeper } from './keeper.js';
import { OAuthError, TokenEndpoint } from './token-endpoint.js';
import { claimsOf } from './tokens.js';

const usualScope = 'openid profile offline_access files.read files.write';

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
  readonly #keeper: TokenKeeper;
  readonly #pendingKey: string;
  readonly #answeredKey: string;
  #handling: { url: string; result: Promise<SignedIn | undefined> } | undefined;
  #signIn: AbortController | undefined;

  /** @throws LatchkeyError `invalid_argument`: the issuer has plain http, and is neither this machine nor in its network. */
  constructor(options: SessionOptions) {
    mustBeSafe(options.issuer);
    const storage = options.storage ?? indexedDBStorage();
    this.issuer = options.issuer.replace(/\/$/, '');
    this.#options = {
      ...options, issuer: this.issuer, storage, scope: options.scope ?? usualScope, browser: options.browser ?? redirectBrowser(),
    };
    const name = `${this.issuer}:${options.clientId}`;
    this.#pendingKey = `latchkey:pending:${name}`;
    this.#answeredKey = `latchkey:answered:${name}`;
    this.#dpop = options.dpop ? new DPoP(name) : undefined;
    this.#endpoint = new TokenEndpoint(this.issuer, options.clientId, this.#dpop);
    this.#keeper = new TokenKeeper(name, storage, this.#endpoint);
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
   * @returns undefined if the address is no answer to a sign-in, or the one that was handled last: a phone tells its app that one again.
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

  async #redeem(answer: URLSearchParams): Promise<SignedIn | undefined> {
    const pendings = this.#pendings;
    if (await pendings.get(this.#answeredKey) === answer.get('state')) return undefined;
    const text = await pendings.get(this.#pendingKey);
    const pending = answered(answer, text ? JSON.parse(text) as Pending : undefined, this.issuer);
    await pendings.set(this.#answeredKey, pending.state); // Good once, whatever comes of it.
    await pendings.remove(this.#pendingKey);
    const code = codeOf(answer);
    const tokens = await this.#endpoint.tokens({
      grant_type: 'authorization_code', code, code_verifier: pending.verifier, redirect_uri: this.#options.redirectUri,
    }).catch(error => { throw error instanceof OAuthError ? new SignInError(error.code, error.message, { cause: error }) : error; });
    const user = claimsOf(tokens.idToken) ?? invalid('There is no ID token: ask for the scope openid.');
    const audience: unknown = user['aud'];
    const isFor = Array.isArray(audience) ? audience.includes(this.#options.clientId) : audience === this.#options.clientId;
    if (user['iss'] !== this.issuer || !isFor || user['nonce'] !== pending.nonce) {
      throw new SignInError('issuer_mismatch', 'The ID token is not the answer to this sign-in.');
    }
    await this.#keeper.begin(tokens);
    return { user, returnTo: pending.returnTo };
  }

  /** True if there is a session, as far as this device knows. */
  async isSignedIn(): Promise<boolean> {
    try {
      return await this.#keeper.stored() !== undefined;
    } catch (error) {
      if (error instanceof SessionEndedError) return false; // Somebody else is.
      throw error;
    }
  }

  /** Who is signed in; undefined if nobody is. */
  async user(): Promise<User | undefined> {
    return claimsOf((await this.#keeper.stored())?.idToken);
  }

  /**
   * An access token that is good for half a minute at least.
   * @throws SessionEndedError, NetworkError
   */
  async accessToken(): Promise<string> {
    return (await this.#keeper.fresh()).accessToken;
  }

  /** Gets a new access token, even if the one there is has not expired: with the roles and groups that the user has now. */
  async refresh(): Promise<string> {
    return (await this.#keeper.refresh((await this.#keeper.stored())?.accessToken)).accessToken;
  }

  /** What a request is to be sent with. */
  async authorize(method: string, url: string, rejected?: string): Promise<Authorization> {
    mustBeBelow(this.issuer, url);
    const tokens = rejected === undefined ? this.#keeper.fresh() : this.#keeper.refresh(rejected);
    const { accessToken: token, tokenType } = await tokens;
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
    const tokens = await this.#keeper.forget();
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
    this.#keeper.listeners.add(listener);
    return () => this.#keeper.listeners.delete(listener);
  }

  get #pendings(): KeyValueStorage {
    const { browser, storage } = this.#options;
    return browser.staysInApp || typeof sessionStorage === 'undefined' ? storage : webStorage(sessionStorage);
  }
}
