export { openVault, Vault } from './vault.js';
export type { PutOptions, VaultEntry, VaultOptions } from './vault.js';
