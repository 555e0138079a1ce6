export { ApiClient } from './client.js';
export type { BodyOf, Method, Operation, PathOf, QueryOf, RequestParts, ResultOf } from './client.js';
export type { ErrorCode, OAuthErrorCode } from './error-codes.js';
export type { components, operations, paths } from './openapi.js';
