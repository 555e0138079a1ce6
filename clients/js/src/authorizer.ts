import { LatchkeyError, SessionEndedError } from './errors.js';

/** What a request to the service is sent with. */
export interface Authorization {
  /** `Authorization`, and `DPoP` if the token is bound to a key. */
  headers: Record<string, string>;
  /** The access token among them. */
  token: string;
}

/** Who is signed in: claims of the ID token (OpenID Connect Core §5.1). Which there are depends on the scope. */
export interface User {
  /** The user's id. */
  sub: string;
  name?: string;
  preferred_username?: string;
  email?: string;
  email_verified?: boolean;
  [claim: string]: unknown;
}

/** What authorizes requests: a `Session`, or the tokens of another library. */
export interface Authorizer {
  /** The tenant's address, `https://login.example.com/acme`. Tokens are sent to addresses below it, and nowhere else. */
  readonly issuer: string;
  /**
   * Authorizes one request.
   * @param rejected an access token that the service did not accept: another one is needed.
   * @throws SessionEndedError, NetworkError
   */
  authorize(method: string, url: string, rejected?: string): Promise<Authorization>;
  /** Is told of the headers of every answer, which may have a nonce for the next proof (RFC 9449 §8.2). */
  heard?(url: string, headers: Headers): void;
  /** Who is signed in, if that is known. */
  user(): Promise<User | undefined>;
}

/**
 * Lets only addresses below the issuer pass, however they are written.
 * @throws LatchkeyError `invalid_argument`
 */
export function mustBeBelow(issuer: string, url: string): void {
  if (new URL(url).href.startsWith(`${new URL(issuer).href}/`)) return;
  throw new LatchkeyError('invalid_argument', 'The tokens are for the issuer only.');
}

const nearby = /^(localhost|\[::1\]|127(\.\d+){3}|10(\.\d+){3}|192\.168(\.\d+){2}|172\.(1[6-9]|2\d|3[01])(\.\d+){2})$/;

/**
 * Lets only https pass, and plain http of this machine and of private networks (RFC 1918), for development.
 * @throws LatchkeyError `invalid_argument`
 */
export function mustBeSafe(issuer: string): void {
  const { protocol, hostname } = new URL(issuer);
  if (protocol === 'https:' || (protocol === 'http:' && nearby.test(hostname))) return;
  throw new LatchkeyError('invalid_argument', 'The issuer has to be https.');
}

/** The same authorizer, for whoever is signed in now, or next, and for nobody else: what one user began is not done as another. */
export async function asOneUser(authorizer: Authorizer): Promise<Authorizer> {
  let sub = (await authorizer.user())?.sub;
  return {
    issuer: authorizer.issuer,
    user: () => authorizer.user(),
    heard: (url, headers) => authorizer.heard?.(url, headers),
    async authorize(method, url, rejected) {
      const authorization = await authorizer.authorize(method, url, rejected);
      const now = (await authorizer.user())?.sub;
      sub ??= now; // Nobody was signed in yet.
      if (now !== sub) throw new SessionEndedError('user_changed', 'Another user has signed in meanwhile.');
      return authorization;
    },
  };
}
