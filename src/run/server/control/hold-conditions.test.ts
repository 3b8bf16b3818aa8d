import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHeldBy } from '#flow/store/index.ts';
import type { Hold, Segment } from '#flow/store/index.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { HoldConditions } from './hold-conditions.ts';

const hold = (id: string, where?: string): Hold => ({
  id,
  stream: 's',
  from: null,
  to: null,
  ...(where === undefined ? {} : { where }),
  reason: 'r',
  owner: 'o',
  created: 1,
  released: null,
});
const segment = (id: string, stream = 's') => ({ id, stream, minTime: 1, maxTime: 9 }) as Segment;

test('HoldConditions holds what has such a reading, what cannot be looked at, and nothing else', async () => {
  const asked: string[] = [];
  const conditions = new HoldConditions({
    count: async ({ id }, condition) => {
      asked.push(`${id} ${condition}`);
      if (id === 'damaged') throw new Error('no');
      return id === 'has' ? 1 : 0;
    },
    log: silentLog,
  });
  const holds = [hold('h', 'n > 1'), hold('plain')];
  const segments = [segment('has'), segment('clear'), segment('damaged'), segment('other', 't')];
  const held = () => segments.filter((each) => isHeldBy(each, conditions.known(holds.slice(0, 1)))).map(({ id }) => id);
  assert.deepEqual(held(), ['has', 'clear', 'damaged'], 'what was not looked at is held');
  assert.equal(await conditions.weigh(holds, segments), true);
  assert.deepEqual(held(), ['has', 'damaged']);
  assert.deepEqual(asked, ['has n > 1', 'clear n > 1', 'damaged n > 1']);
  assert.equal(await conditions.weigh(holds, segments), false, 'only the damaged one is tried again');
  assert.equal(asked.length, 4);
  assert.equal(isHeldBy(segment('clear'), conditions.known(holds)), true, 'the hold without a condition keeps it');
});
