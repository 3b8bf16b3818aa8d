import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { keepHouse } from './keep-house.ts';
import type { HouseParts } from './keep-house.ts';

const TEMPLATE = makeTemplate(
  'devices: {d: {}}\nstreams: {s: {from: d, keep: {max: 2d}, fields: {n: {type: number}}}}',
);

test('keepHouse() takes each step at once and each hour, holds each minute, until it is disposed of', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const taken: string[] = [];
  const keeps: (number | null)[] = [];
  const step = (name: string) => async (): Promise<never> => {
    taken.push(name);
    return undefined as never;
  };
  const parts: HouseParts = {
    template: () => TEMPLATE,
    templates: { settle: step('proposals') },
    quarantine: { expire: step('quarantine') },
    keyReleases: { tend: step('releases') },
    datasets: { tend: step('datasets') },
    alerts: {
      expire: async (keep) => {
        keeps.push(...[null, 's', 'gone'].map(keep));
        return 0;
      },
    },
    retention: { finish: step('retention'), weigh: step('holds') },
    refusedKeep: { expire: step('refused') },
    backups: { catchUp: step('backups') },
    addenda: { tend: step('addenda') },
    keys: { lifecycle: { rotateDue: step('keys') } },
    log: silentLog,
  };
  const kept = keepHouse(parts);
  const all = [
    'proposals',
    'quarantine',
    'releases',
    'datasets',
    'retention',
    'refused',
    'backups',
    'addenda',
    'keys',
    'holds',
  ];
  assert.deepEqual(taken.splice(0), all);
  assert.deepEqual(keeps, [400 * 86_400_000, 2 * 86_400_000, null]);
  await new Promise(setImmediate);
  t.mock.timers.tick(60_000);
  assert.deepEqual(taken.splice(0), ['holds']);
  await new Promise(setImmediate);
  t.mock.timers.tick(3_540_000);
  assert.deepEqual([...new Set(taken.splice(0))].sort(), [...all].sort());
  kept[Symbol.dispose]();
  await new Promise(setImmediate);
  t.mock.timers.tick(3_600_000);
  assert.deepEqual(taken, []);
});
