import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONNECTIONS_STREAM } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { TRUCK } from '../mqtt/testing.ts';
import { summaryMembers } from './connection-summary.ts';

test('summaryMembers() names fields of the stream of connections and leaves out what is not known', () => {
  const nothing = { payload: null, largest: null, gap: null, sessionGap: null, topics: [], manner: null };
  const counts = { messages: 0, sessions: 0, goodbyes: 0, lost: 1, wills: 0 };
  assert.deepEqual([...summaryMembers({ device: TRUCK, at: 1, ...nothing, ...counts })], Object.entries(counts));
  const manner = {
    network: 'n',
    tls: 't',
    stack: 's',
    protocol: 'https',
    keepAlive: 1,
    clean: true,
    hasWill: false,
  } as const;
  const all = { payload: 1, largest: 1, gap: 1, sessionGap: 1, topics: ['a', 'b'], manner };
  const members = summaryMembers({ device: TRUCK, at: 1, ...all, ...counts });
  const fields = makeTemplate('')
    .streams.get(CONNECTIONS_STREAM)!
    .fields.map(({ name }) => name);
  assert.deepEqual([...members.keys()].sort(), fields.toSorted());
  assert.equal(members.get('topics'), 'a b');
});
