import { LatchkeyError } from '../errors.js';
import type { OAuthErrorCode } from '../errors.js';
import { invalid, refusal, request } from '../request.js';
import type { DPoP } from './dpop.js';
import type { Tokens } from './tokens.js';

const longestLife = 24 * 60 * 60;

/** The token endpoint refused (RFC 6749 §5.2). */
export class OAuthError extends LatchkeyError<OAuthErrorCode> {}

/** `{issuer}/oauth/token` and `/oauth/revoke`, for a public client. */
export class TokenEndpoint {
  constructor(private readonly issuer: string, private readonly clientId: string, private readonly dpop?: DPoP) {}

  /**
   * Asks for tokens.
   * @throws OAuthError: it refused; NetworkError, RateLimitError, ApiError: it could not; InvalidAnswerError
   */
  async tokens(form: Record<string, string>): Promise<Tokens> {
    const url = `${this.issuer}/oauth/token`;
    for (let tries = 1; ; tries++) {
      const answer = await request(url, {
        method: 'POST', cache: 'no-store', body: new URLSearchParams({ client_id: this.clientId, ...form }),
        headers: this.dpop && { DPoP: await this.dpop.proof('POST', url) },
      }, { seconds: 30 });
      this.dpop?.heard(url, answer.headers);
      if (answer.ok) return this.#read(answer.json ?? {});
      const code = answer.json?.['error'];
      if (typeof code !== 'string' || answer.status >= 500 || answer.status === 429) throw refusal(answer);
      if (code === 'use_dpop_nonce' && tries === 1) continue;
      throw new OAuthError(code as OAuthErrorCode, String(answer.json?.['error_description'] ?? code));
    }
  }

  /** Revokes a token (RFC 7009); a refresh token ends its session. */
  async revoke(token: string): Promise<void> {
    const answer = await request(`${this.issuer}/oauth/revoke`,
      { method: 'POST', body: new URLSearchParams({ client_id: this.clientId, token }) }, { seconds: 30 });
    if (!answer.ok) throw refusal(answer);
  }

  #read(json: Record<string, unknown>): Tokens {
    const text = (name: string): string | undefined => {
      const value = json[name];
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    const accessToken = text('access_token') ?? invalid('The token endpoint gave no access token.');
    const wanted = this.dpop ? 'DPoP' : 'Bearer';
    if (text('token_type')?.toLowerCase() !== wanted.toLowerCase()) invalid(`The token endpoint gave no ${wanted} token.`);
    const seconds = Number(json['expires_in'] ?? 900);
    if (!(seconds > 0)) invalid('The token endpoint gave a token that has expired.');
    return {
      v: 1, accessToken, tokenType: wanted, expiresAt: Date.now() + 1000 * Math.min(seconds, longestLife),
      refreshToken: text('refresh_token'), idToken: text('id_token'), scope: text('scope'),
    };
  }
}
