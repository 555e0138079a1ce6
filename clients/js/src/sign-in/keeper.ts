import { LatchkeyError, NetworkError, SessionEndedError } from '../errors.js';
import { invalid } from '../request.js';
import type { KeyValueStorage } from '../storage/storage.js';
import { isOffline } from '../wait.js';
import { exclusively } from './lock.js';
import { OAuthError } from './token-endpoint.js';
import type { TokenEndpoint } from './token-endpoint.js';
import { claimsOf, readTokens } from './tokens.js';
import type { Tokens } from './tokens.js';

const earlyMs = 30_000;
const lostPauseMs = 45_000;
const over = ['invalid_grant', 'invalid_client', 'unauthorized_client'];

/** Keeps the tokens of one client at one issuer in a storage that others may share, and refreshes them, one at a time. */
export class TokenKeeper {
  /** Whoever wants to be told that the session is over. */
  readonly listeners = new Set<(error: SessionEndedError) => void>();
  readonly #key: string;
  readonly #lock: string;
  #tokens: Tokens | undefined;
  #sub: string | undefined; // Whose tokens were last seen here.
  #isOver = false; // The listeners have been told.
  #refreshing: Promise<Tokens> | undefined;
  #lost = { token: '', times: 0, at: 0 }; // Refreshes that were not answered.

  constructor(name: string, private readonly storage: KeyValueStorage, private readonly endpoint: TokenEndpoint) {
    this.#key = `latchkey:tokens:${name}`;
    this.#lock = `latchkey:lock:${name}`;
  }

  /** The tokens as they are stored, whoever has written them; undefined if nobody is signed in. */
  async stored(): Promise<Tokens | undefined> {
    const tokens = readTokens(await this.storage.get(this.#key));
    const sub = claimsOf(tokens?.idToken)?.sub;
    if (tokens && this.#sub && sub !== this.#sub) throw this.#ended('user_changed', 'Another user has signed in, in another tab.');
    if (tokens) [this.#sub, this.#isOver] = [sub, false];
    return tokens;
  }

  /** Keeps the tokens of a new sign-in. */
  async begin(tokens: Tokens): Promise<void> {
    await exclusively(this.#lock, this.storage, () => this.#keep(tokens));
    this.#sub = claimsOf(tokens.idToken)?.sub;
    this.#isOver = false;
  }

  /** Forgets the tokens, and gives those that there were. */
  forget(): Promise<Tokens | undefined> {
    return exclusively(this.#lock, this.storage, async () => {
      const there = readTokens(await this.storage.get(this.#key));
      const isOther = there && this.#sub && claimsOf(there.idToken)?.sub !== this.#sub;
      this.#tokens = this.#sub = undefined;
      if (isOther) return undefined; // Another user has signed in meanwhile, and stays.
      await this.storage.remove(this.#key);
      return there;
    });
  }

  /** Tokens that are good for half a minute at least. */
  async fresh(): Promise<Tokens> {
    if (this.#tokens && isFresh(this.#tokens)) return this.#tokens;
    const stored = await this.stored();
    if (stored && isFresh(stored)) return this.#tokens = stored;
    return this.refresh(stored?.accessToken);
  }

  /** Other tokens than those with a certain access token. */
  refresh(rejected: string | undefined): Promise<Tokens> {
    this.#refreshing ??= exclusively(this.#lock, this.storage, () => this.#refresh(rejected))
      .finally(() => { this.#refreshing = undefined; });
    return this.#refreshing;
  }

  async #refresh(rejected: string | undefined): Promise<Tokens> {
    for (let tries = 1; ; tries++) {
      const stored = await this.stored();
      if (!stored) throw this.#ended('not_signed_in', 'Nobody is signed in.');
      if (stored.accessToken !== rejected && isFresh(stored)) return this.#tokens = stored; // Somebody was faster.
      const sent = stored.refreshToken;
      if (!sent) throw await this.#end('The session has no refresh token: ask for the scope offline_access.');
      this.#mayAsk(stored);
      try {
        const tokens = await this.endpoint.tokens({ grant_type: 'refresh_token', refresh_token: sent });
        return await this.#succeed(stored, tokens);
      } catch (error) {
        if (error instanceof NetworkError && !isOffline()) this.#lost = { token: sent, times: this.#lost.times + 1, at: Date.now() };
        if (!(error instanceof OAuthError) || !over.includes(error.code)) throw error;
        const now = await this.stored();
        if (now && now.refreshToken !== sent && tries < 3) continue; // It was no longer the last one.
        throw await this.#end(error.message, error);
      }
    }
  }

  // The request may have arrived and only its answer be lost. The service then gives the successor three times more within
  // `retryWindowSeconds` (120), unless the token is bound to a key: these must not be used up at once.
  #mayAsk({ refreshToken: token, tokenType }: Tokens): void {
    if (this.#lost.token !== token) this.#lost = { token: token!, times: 0, at: 0 };
    const { times, at } = this.#lost;
    if (tokenType !== 'Bearer' || times < 2 || Date.now() - at >= lostPauseMs) return;
    throw new NetworkError('The last refreshes were not answered: try again in a minute.');
  }

  /** Puts new tokens in the place of those that they came from, unless something else is there by now. */
  async #succeed(before: Tokens, tokens: Tokens): Promise<Tokens> {
    const now = await this.stored();
    if (!now) throw this.#ended('session_ended', 'The user has signed out meanwhile.');
    // Native code that shares the storage may have gone on further.
    if (now.refreshToken !== before.refreshToken && now.refreshToken !== tokens.refreshToken) return this.#tokens = now;
    const [sub, newSub] = [claimsOf(before.idToken)?.sub, claimsOf(tokens.idToken)?.sub];
    if (sub && newSub && sub !== newSub) invalid('The new tokens are of another user.');
    return this.#keep({
      ...tokens, refreshToken: tokens.refreshToken ?? before.refreshToken, idToken: tokens.idToken ?? before.idToken,
      scope: tokens.scope ?? before.scope,
    });
  }

  async #keep(tokens: Tokens): Promise<Tokens> {
    this.#tokens = tokens; // First: those before them are spent, whatever the storage says.
    await this.storage.set(this.#key, JSON.stringify(tokens)).catch(error => {
      throw error instanceof LatchkeyError ? error : new LatchkeyError('storage_failed', 'The tokens could not be kept.', { cause: error });
    });
    return tokens;
  }

  async #end(message: string, cause?: unknown): Promise<SessionEndedError> {
    await this.storage.remove(this.#key);
    return this.#ended('session_ended', message, cause);
  }

  #ended(code: 'not_signed_in' | 'session_ended' | 'user_changed', message: string, cause?: unknown): SessionEndedError {
    const error = new SessionEndedError(code, message, { cause });
    const isNews = this.#sub !== undefined && !this.#isOver;
    this.#isOver = true;
    this.#tokens = undefined;
    if (code !== 'user_changed') this.#sub = undefined;
    if (isNews) queueMicrotask(() => this.listeners.forEach(listener => listener(error)));
    return error;
  }
}

const isFresh = (tokens: Tokens): boolean => tokens.expiresAt - earlyMs > Date.now();
