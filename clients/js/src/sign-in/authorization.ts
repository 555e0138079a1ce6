import { base64Url, random } from '../encoding.js';
import { SignInError } from '../errors.js';
import type { OAuthErrorCode } from '../errors.js';
import { sha256 } from '../sha256.js';
import { isAt } from './browser.js';

const longestMs = 60 * 60 * 1000;

/** What a sign-in may be asked for; each is a parameter of the authorization request (OpenID Connect Core §3.1.2.1). */
export interface SignInOptions {
  /** What `handleRedirect` gives back: where in the app the user was. */
  returnTo?: string;
  /** `login`, `create`, `consent` or `none`. */
  prompt?: string;
  loginHint?: string;
  /** The id of the provider to go to at once. */
  idpHint?: string;
  /** The oldest sign-in that is good enough, in seconds. */
  maxAge?: number;
  /** `2` demands more than one factor. */
  acrValues?: string;
  /** The language of the pages. */
  uiLocales?: string;
  /** Gives the sign-in up. */
  signal?: AbortSignal;
}

/** What is remembered of a request until its answer comes. */
export interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  at: number;
  returnTo?: string;
}

interface Client {
  issuer: string;
  clientId: string;
  redirectUri: string;
  scope: string;
}

/** A request for a code (RFC 6749 §4.1.1) with PKCE (RFC 7636), state and nonce. */
export function newRequest(client: Client, options: SignInOptions, jkt?: string): { url: string; pending: Pending } {
  const pending: Pending = { state: random(), nonce: random(), verifier: random(), at: Date.now(), returnTo: options.returnTo };
  const parameters = {
    response_type: 'code', client_id: client.clientId, redirect_uri: client.redirectUri, scope: client.scope, state: pending.state,
    nonce: pending.nonce, code_challenge: base64Url(sha256(pending.verifier)), code_challenge_method: 'S256', dpop_jkt: jkt,
    prompt: options.prompt, login_hint: options.loginHint, idp_hint: options.idpHint, max_age: options.maxAge,
    acr_values: options.acrValues, ui_locales: options.uiLocales,
  };
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]);
  return { url: `${client.issuer}/oauth/authorize?${new URLSearchParams(given)}`, pending };
}

/** The parameters of an address if it can be an answer: it is the redirect URI, with a state and a code or an error. */
export function answerIn(url: string, redirectUri: string): URLSearchParams | undefined {
  if (!isAt(url, redirectUri)) return undefined;
  const parameters = new URLSearchParams(url.slice(redirectUri.length).split('#')[0]);
  return parameters.has('state') && (parameters.has('code') || parameters.has('error')) ? parameters : undefined;
}

const one = (answer: URLSearchParams, name: string): string | undefined =>
  answer.getAll(name).length > 1 ? undefined : answer.get(name) ?? undefined;

/**
 * The request that an answer is for. It answers ours (state, RFC 6749 §10.12), and comes from our issuer (RFC 9207).
 * @throws SignInError `state_mismatch`, `issuer_mismatch`
 */
export function answered(answer: URLSearchParams, pending: Pending | undefined, issuer: string): Pending {
  if (!pending || one(answer, 'state') !== pending.state || Date.now() - pending.at > longestMs) {
    throw new SignInError('state_mismatch', 'This is no answer to a sign-in that was begun here.');
  }
  if (one(answer, 'iss') !== issuer) throw new SignInError('issuer_mismatch', 'The answer comes from another issuer.');
  return pending;
}

/**
 * The code that an answer has.
 * @throws SignInError: the sign-in was refused.
 */
export function codeOf(answer: URLSearchParams): string {
  if (!answer.has('error')) return one(answer, 'code') ?? '';
  throw new SignInError((one(answer, 'error') ?? 'unknown_error') as OAuthErrorCode,
    one(answer, 'error_description') ?? 'The sign-in was refused.');
}
