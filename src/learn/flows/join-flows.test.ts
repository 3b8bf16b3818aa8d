import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlowNames } from './join-flows.ts';
import { outFlow } from '../../../test/support/out-flow.ts';

const dns = (change: Parameters<typeof outFlow>[0], answers: readonly string[] = []) =>
  ({ kind: 'dns', values: new Map(), answers, flow: outFlow({ source_bytes: null, ...change }) }) as const;

test('FlowNames joins questions, failures and names', () => {
  const names = new FlowNames();
  names.add(dns({ uid: 'D', query: 'a.example', response_code: 'NOERROR' }, ['93.184.216.34']));
  names.add(dns({ uid: 'D', query: 'b.example', response_code: 'NXDOMAIN' }));
  names.add({ kind: 'tls', values: new Map(), answers: [], flow: outFlow({ uid: 'T', peer_name: 'c.example' }) });
  const joined = (uid: string, address = '93.184.216.34') => {
    const { query, response_code: code, peer_name: name } = names.join(outFlow({ uid, destination_address: address }));
    return [query, code, name];
  };
  assert.deepEqual(joined('D', '8.8.8.8'), ['a.example', 'NXDOMAIN', null]);
  assert.deepEqual(joined('other'), [null, null, 'a.example']);
  assert.deepEqual(
    [...names.rest()].map(({ uid }) => uid),
    ['T'],
  );
  assert.deepEqual(joined('T', '9.9.9.9'), [null, null, 'c.example']);
  assert.deepEqual([...names.rest()], []);
});

test('FlowNames is bounded, and counts what it has no room for', () => {
  const names = new FlowNames(2);
  for (const uid of ['1', '2', '3', '4']) names.add(dns({ uid, query: 'a.example' }));
  assert.deepEqual([names.dropped, [...names.rest()].length], [2, 2]);
});
