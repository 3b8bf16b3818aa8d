import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import { CONSENT_SCHEMA, CONSENTS } from './consent-tables.ts';

test('CONSENT_SCHEMA makes its table once, and leaves what is there', async () => {
  await using catalogue = await openSqliteCatalogue(':memory:');
  await catalogue.migrate(CONSENT_SCHEMA);
  await catalogue.migrate(CONSENT_SCHEMA);
  assert.ok((await catalogue.tables()).includes(CONSENTS.name));
});
