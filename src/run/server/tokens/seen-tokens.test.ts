import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import type { Caller } from '../api/caller.ts';
import type { QueryRequest } from '../api/services.ts';
import { seenTokens } from './seen-tokens.ts';

const caller: Caller = {
  subject: { id: 'p', kind: 'person', roles: [], standing: 'good', deviceType: null },
  actor: 'person:p',
  peer: { kind: 'none', name: null, serial: null, address: '', listener: '' },
};

test('seenTokens() asks the view as the caller, with the tokens as parameters', async () => {
  const asked: QueryRequest[] = [];
  const queries = {
    run: async (by: Caller, request: QueryRequest) => {
      assert.equal(by, caller);
      asked.push(request);
      const half = (text: string) => encodeUtf8(text);
      async function* parts() {
        yield half('{"rows":[{"token":"t1-a"},');
        yield half('{"token":5}],"count":2}');
      }
      return { contentType: 'application/json', parts: parts() };
    },
  };
  const place = { view: 'climate', column: 'driver', purpose: 'quality' };
  const { signal } = new AbortController();
  const seen = await seenTokens(queries, caller, place, ['t1-a', "';--", 5], signal);
  assert.deepEqual([...seen], ['t1-a', 5]);
  assert.deepEqual([asked[0]?.parameters, asked[0]?.purpose], [['t1-a', "';--", 5], 'quality']); // prettier-ignore
  assert.equal(asked[0]?.sql, 'SELECT DISTINCT "driver" AS token FROM "climate" WHERE "driver" IN (?, ?, ?)');
  assert.equal((await seenTokens(queries, caller, place, [], signal)).size, 0);
  assert.equal(asked.length, 1);
});
