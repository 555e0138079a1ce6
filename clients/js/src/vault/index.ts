export { openVault, Vault } from './vault.js';
export type { VaultEntry, VaultOptions } from './vault.js';
