import type { ErrorCode, OAuthErrorCode } from './api/error-codes.js';
import type { components } from './api/openapi.js';

export type { ErrorCode, OAuthErrorCode };

/** A problem as the service describes it (RFC 9457). Which other members there are depends on the `code`. */
export type Problem = Partial<components['schemas']['Problem']>;

/** What this library itself says, and no service. */
export type ClientErrorCode =
  | 'cancelled'
  | 'state_mismatch'
  | 'issuer_mismatch'
  | 'user_changed'
  | 'not_signed_in'
  | 'session_ended'
  | 'network'
  | 'transfer_failed'
  | 'file_unreadable'
  | 'invalid_answer'
  | 'invalid_argument'
  | 'not_supported'
  | 'no_device_keys'
  | 'not_sealed_for_this_device'
  | 'vault_damaged'
  | 'storage_failed'
  | 'unknown_error';

/** The parent of every error that this library throws. Decide by `code`; `message` is for people who develop. */
export class LatchkeyError<Code extends string = string> extends Error {
  /** What is wrong, for programs. */
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The service refused a request. */
export class ApiError extends LatchkeyError<ErrorCode | 'unknown_error'> {
  /** The HTTP status. */
  readonly status: number;
  /** What the service said. */
  readonly problem: Problem;
  /** After how many seconds the same request may succeed, if the service said so: at most a day. */
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Problem, retryAfter?: number) {
    super((problem.code as ErrorCode | undefined) ?? 'unknown_error', problem.detail ?? problem.title ?? `The service answered ${status}.`);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

/** Too many requests (429), or the service is busy (503): the same request may succeed after `retryAfter` seconds. */
export class RateLimitError extends ApiError {}

/** Nobody answered: the device is offline, or the connection broke. Try again later; a session is not over because of it. */
export class NetworkError extends LatchkeyError<'network'> {
  constructor(message: string, options?: ErrorOptions) {
    super('network', message, options);
  }
}

/** The sign-in did not happen: the user closed the page (`cancelled`), denied it (`access_denied`), or the answer is not ours. */
export class SignInError extends LatchkeyError<OAuthErrorCode | ClientErrorCode> {}

/** Nobody is signed in any more, or yet: the user has to sign in. */
export class SessionEndedError extends SignInError {}

/** Storage refused the bytes of a file. */
export class TransferError extends LatchkeyError<'transfer_failed'> {
  /** The HTTP status. */
  readonly status: number;

  constructor(status: number) {
    super('transfer_failed', `Storage answered ${status}.`);
    this.status = status;
  }
}

/** Somebody answered what the service can't have meant: another program, a proxy, or an attacker. */
export class InvalidAnswerError extends LatchkeyError<'invalid_answer'> {
  constructor(message: string, options?: ErrorOptions) {
    super('invalid_answer', message, options);
  }
}
