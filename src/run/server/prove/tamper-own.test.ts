import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tamperOwn } from './tamper-own.ts';
import type { TamperParts } from './tamper-own.ts';

/** A device whose state is what it was told to be, and a watch that sees what it is told to see. */
function partsOf(blind: readonly string[] = [], deaf = false): TamperParts {
  let state = 'enabled';
  const kinds = ['case-open', 'boot-loop'].filter((kind) => !blind.includes(kind));
  return {
    inventory: {
      contain: async (_name: string, status: string) => {
        if (!deaf) state = status;
        return {} as never;
      },
      enable: async () => {
        state = 'enabled';
        return {} as never;
      },
    },
    alerts: { list: async () => kinds.map((kind) => ({ violates: { kind, rule: '' } })) as never },
    watched: async () => true,
    publish: async (_topic, payloads) => payloads.map(() => ({ code: state === 'enabled' ? 0 : 0x87, text: null })),
    admitted: async () => state !== 'contained',
    now: () => '',
    clock: { now: () => 0 as never },
    told: async (_device, kind) => kinds.includes(kind),
    within: async (ask) => ask(),
  };
}

test('tamperOwn() sees signs told, readings kept apart, sessions refused, and the device go on', async () => {
  const sound = { watched: true, caseOpen: true, bootLoop: true, apart: true, cut: true, released: true };
  assert.deepEqual(await tamperOwn(partsOf()), sound);
  assert.deepEqual(await tamperOwn({ ...partsOf(), watched: async () => false }), {
    ...sound,
    watched: false,
    caseOpen: false,
    bootLoop: false,
  });
});

test('tamperOwn() sees what is not told, and what contains nothing', async () => {
  assert.equal((await tamperOwn(partsOf(['boot-loop']))).bootLoop, false);
  const deaf = await tamperOwn(partsOf([], true));
  assert.deepEqual([deaf.apart, deaf.cut], [false, false]);
});
