// node-oidc-provider's adapter over Azure Tables: a row an entity. What is found by another key, or ends with its grant, has one row
// more that leads to it.
import { createHash } from 'node:crypto';
import { TableClient } from '@azure/data-tables';

const { STORAGE } = process.env; // Not set where the entities stay in memory.
const table = STORAGE && TableClient.fromConnectionString(STORAGE, 'oidc', { allowInsecureConnection: true });
const grantable = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode', 'BackchannelAuthenticationRequest']);

export const createTable = () => table.createTable();

const rowKey = id => createHash('sha256').update(id).digest('hex'); // Ids may hold what a key may not.

async function read(partitionKey, id) {
  try {
    return await table.getEntity(partitionKey, rowKey(id));
  } catch (fault) {
    if (fault.statusCode === 404) return undefined;
    throw fault;
  }
}

export class TablesAdapter {
  constructor(name) {
    this.name = name;
  }

  async upsert(id, payload, expiresIn) {
    const expires = expiresIn ? new Date(Date.now() + expiresIn * 1000) : undefined;
    const rows = [{ partitionKey: this.name, rowKey: rowKey(id), payload: JSON.stringify(payload), expires }];
    if (payload.uid) rows.push({ partitionKey: `${this.name}|uid`, rowKey: rowKey(payload.uid), id });
    if (payload.userCode) rows.push({ partitionKey: `${this.name}|code`, rowKey: rowKey(payload.userCode), id });
    if (payload.grantId && grantable.has(this.name))
      rows.push({ partitionKey: `grant|${payload.grantId}`, rowKey: rowKey(`${this.name} ${id}`), model: this.name, id });
    await Promise.all(rows.map(row => table.upsertEntity(row, 'Replace')));
  }

  async find(id) {
    const row = await read(this.name, id);
    if (!row || (row.expires && row.expires < new Date())) return undefined;
    return { ...JSON.parse(row.payload), ...(row.consumed && { consumed: row.consumed }) };
  }

  async findByUid(uid) {
    const row = await read(`${this.name}|uid`, uid);
    return row && this.find(row.id);
  }

  async findByUserCode(userCode) {
    const row = await read(`${this.name}|code`, userCode);
    return row && this.find(row.id);
  }

  async consume(id) {
    await table.updateEntity({ partitionKey: this.name, rowKey: rowKey(id), consumed: Math.floor(Date.now() / 1000) }, 'Merge');
  }

  async destroy(id) {
    await remove(this.name, rowKey(id));
  }

  async revokeByGrantId(grantId) {
    const rows = table.listEntities({ queryOptions: { filter: `PartitionKey eq 'grant|${grantId}'` } });
    for await (const row of rows) {
      await remove(row.model, rowKey(row.id));
      await remove(row.partitionKey, row.rowKey);
    }
  }
}

async function remove(partitionKey, key) {
  try {
    await table.deleteEntity(partitionKey, key);
  } catch (fault) {
    if (fault.statusCode !== 404) throw fault;
  }
}
