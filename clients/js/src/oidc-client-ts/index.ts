import type { User as OidcUser, UserManager } from 'oidc-client-ts';
import { mustBeBelow } from '../authorizer.js';
import type { Authorization, Authorizer, User } from '../authorizer.js';
import { NetworkError, SessionEndedError } from '../errors.js';
import { exclusively } from '../sign-in/lock.js';
import { memoryStorage } from '../storage/storage.js';

export type { Authorization, Authorizer, User };

const earlySeconds = 30;
const over = ['invalid_grant', 'login_required', 'interaction_required', 'invalid_client', 'unauthorized_client'];

/**
 * The tokens of an `oidc-client-ts` UserManager, for `Files` and `Messages`. The manager signs in and out, and keeps the tokens; with its
 * setting `dpop` requests have proofs. Refreshes run one at a time, across tabs too.
 */
export function fromUserManager(manager: UserManager): Authorizer {
  const issuer = manager.settings.authority.replace(/\/$/, '');
  const locks = memoryStorage();
  const nonces = new Map<string, string>(); // Of each origin.

  async function fresh(rejected: string | undefined): Promise<OidcUser> {
    const isGood = (user: OidcUser | null): user is OidcUser =>
      user !== null && user.access_token !== rejected && (user.expires_in ?? 900) >= earlySeconds;
    const user = await manager.getUser();
    if (isGood(user)) return user;
    if (!user) throw new SessionEndedError('not_signed_in', 'Nobody is signed in.');
    return exclusively(`latchkey:lock:${issuer}:${manager.settings.client_id}`, locks, async () => {
      const now = await manager.getUser();
      if (isGood(now)) return now; // Somebody was faster.
      const renewed = await manager.signinSilent().catch(error => { throw translated(error); });
      return renewed ?? Promise.reject(new SessionEndedError('session_ended', 'The session could not be renewed.'));
    });
  }

  return {
    issuer,
    async authorize(method, url, rejected): Promise<Authorization> {
      mustBeBelow(issuer, url);
      const user = await fresh(rejected);
      const token = user.access_token;
      if (!manager.settings.dpop) return { token, headers: { Authorization: `Bearer ${token}` } };
      const proof = await manager.dpopProof(url, user, method, nonces.get(new URL(url).origin));
      return { token, headers: { Authorization: `DPoP ${token}`, ...(proof && { DPoP: proof }) } };
    },
    heard(url, headers) {
      const nonce = headers.get('DPoP-Nonce');
      if (nonce) nonces.set(new URL(url).origin, nonce);
    },
    async user() {
      return (await manager.getUser())?.profile as User | undefined;
    },
  };
}

function translated(error: unknown): unknown {
  const code = (error as { error?: unknown } | null)?.error;
  if (typeof code === 'string' && over.includes(code)) {
    return new SessionEndedError('session_ended', `The session is over: ${code}.`, { cause: error });
  }
  return error instanceof TypeError ? new NetworkError('The session could not be renewed.', { cause: error }) : error;
}
