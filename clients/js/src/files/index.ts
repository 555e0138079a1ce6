export { Files } from './files.js';
export type * from './types.js';
