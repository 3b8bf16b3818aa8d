import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outFlow } from '../../../../test/support/out-flow.ts';
import { flowsOf, parseOwner } from './device-of-flow.ts';

test('flowsOf() gives a flow to each device that is an end of it', () => {
  const owner = parseOwner(undefined, ['192.168.1.7=lamp-1,fe80:0::1=lock-1', '192.168.1.8=lamp-2']);
  const of = (change: Parameters<typeof outFlow>[0]): unknown =>
    flowsOf(owner, outFlow({ direction: null, ...change })).map(([device, { direction }]) => [device, direction]);
  assert.deepEqual(of({}), [['lamp-1', 'out']]);
  assert.deepEqual(of({ source_address: '9.9.9.9', destination_address: 'FE80::0001' }), [['lock-1', 'in']]);
  assert.deepEqual(of({ destination_address: '192.168.1.8' }), [
    ['lamp-1', 'out'],
    ['lamp-2', 'in'],
  ]);
  assert.deepEqual(of({ source_address: '192.168.1.9' }), []);
  assert.equal(flowsOf(parseOwner('lamp-1', []), outFlow()).length, 1);
});

test('parseOwner() refuses words that name no device', () => {
  for (const hosts of [['here=lamp-1'], ['192.168.1.7'], ['=lamp-1'], ['1.2.3.4=a,1.2.3.4=b'], ['1.2.3.4='], []]) {
    assert.throws(() => parseOwner(undefined, hosts), { code: 'CLI_USAGE' }, hosts.join());
  }
  assert.throws(() => parseOwner('lamp-1', ['1.2.3.4=lamp-2']), { code: 'CLI_USAGE' });
});
