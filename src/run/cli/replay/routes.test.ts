import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRenames, parseRoutes } from './routes.ts';

test('parseRoutes() reads devices with their streams and types', () => {
  assert.deepEqual(
    [...parseRoutes(['fridge-01=fridge,gps-01=gps_tracker:tracker', 'a:b=modbus'])],
    [
      ['fridge-01', { stream: 'fridge', type: null }],
      ['gps-01', { stream: 'gps_tracker', type: 'tracker' }],
      ['a:b', { stream: 'modbus', type: null }],
    ],
  );
});

test('parseRoutes() refuses what is no route and a device that is routed twice', () => {
  for (const word of ['fridge', '=fridge', 'a=', 'a=b=c', 'a=b:', 'a=b,a=c']) {
    assert.throws(() => parseRoutes([word]), { code: 'CLI_USAGE' }, word);
  }
});

test('parseRenames() reads columns with blanks and equals signs', () => {
  assert.deepEqual(
    [...parseRenames(['flow_rate=Volume Flow RateRMS,ratio=a=b'])],
    [
      ['flow_rate', 'Volume Flow RateRMS'],
      ['ratio', 'a=b'],
    ],
  );
  for (const word of ['flow', '=x', 'flow=']) assert.throws(() => parseRenames([word]), { code: 'CLI_USAGE' }, word);
});
