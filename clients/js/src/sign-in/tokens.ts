import { fromBase64 } from '../encoding.js';
import type { User } from '../authorizer.js';

/** The tokens of a session as they are stored. README.md describes it for native code that shares the storage. */
export interface Tokens {
  v: 1;
  accessToken: string;
  tokenType: 'Bearer' | 'DPoP';
  /** When the access token expires, in milliseconds since 1970 by this device's clock. */
  expiresAt: number;
  refreshToken?: string;
  idToken?: string;
  scope?: string;
}

/** Reads what was stored; undefined if it is nothing, or of a form that this version does not know. */
export function readTokens(text: string | undefined): Tokens | undefined {
  try {
    const tokens = JSON.parse(text ?? '') as Tokens;
    return tokens.v === 1 && typeof tokens.accessToken === 'string' && typeof tokens.expiresAt === 'number' ? tokens : undefined;
  } catch {
    return undefined;
  }
}

/** The claims of an ID token. It came from the token endpoint over TLS, so its signature is not needed (OpenID Connect Core §3.1.3.7). */
export function claimsOf(idToken: string | undefined): User | undefined {
  try {
    const claims = JSON.parse(new TextDecoder().decode(fromBase64(idToken!.split('.')[1]!))) as User;
    return typeof claims.sub === 'string' ? claims : undefined;
  } catch {
    return undefined;
  }
}
