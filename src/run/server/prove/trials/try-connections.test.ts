import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBE_DEVICE } from '#base/core/index.ts';
import { trialWorld } from './testing.ts';
import { tryConnections } from './try-connections.ts';

test('tryConnections() sees what is unusual told in words, and what is usual not', async (t) => {
  const { watched, quiet, network, stack, size, loop } = await tryConnections(await trialWorld(t));
  assert.ok(watched && quiet);
  assert.match(network?.sentence ?? '', /another network than usual: "127\.66\.0\.1", and before "127\.0\.0\.1"/);
  assert.match(stack?.sentence ?? '', /another TLS stack than usual/);
  assert.match(size?.sentence ?? '', /payloads of another size than usual: \d+ By; usual for it is/);
  assert.match(loop?.rule ?? '', /lost its connection and came back/);
});

test('tryConnections() sees a watch that looks at less, and none at all', async (t) => {
  const blind = await trialWorld(t, (plan) => ({ ...plan, signs: [], detectors: plan.detectors.slice(0, 1) }));
  const { network, stack, size, loop } = await tryConnections(blind);
  assert.deepEqual([network, stack, loop], [null, null, null]);
  assert.ok(size !== null);
  assert.equal((await tryConnections(await trialWorld(t, null))).watched, false);
});

test('tryConnections() tries again what a lag kept from being judged in full, and tells a watch that does not judge', async (t) => {
  const world = await trialWorld(t);
  let lagging = 0;
  const late = await tryConnections({
    ...world,
    // The first from another network and the first of another size go by as under a lag: one detector judges them.
    connect: async (way, topic, payload) => {
      const isFirst = (lagging === 0 && way.localAddress !== undefined) || (lagging === 1 && payload.includes('word'));
      if (!isFirst) return world.connect(way, topic, payload);
      lagging += 1;
      return world.connect({}, topic, JSON.stringify({ level: 1 }));
    },
    baseline: async (device) =>
      (await world.baseline(device))?.map((known) => ({
        ...known,
        detectors: known.detectors.map((one) =>
          one.name === 'unfamiliar' ? { ...one, seen: one.seen - lagging } : one,
        ),
      })) ?? null,
  });
  assert.equal(lagging, 2);
  assert.match(late.network?.sentence ?? '', /"127\.67\.0\.1"/);
  assert.match(late.size?.sentence ?? '', /payloads of another size/);
  const deaf = { ...(await trialWorld(t)), within: async () => false };
  await assert.rejects(tryConnections(deaf), /has judged \d+ of 72 connections/);
});

test('tryConnections() waits for its own connections, whatever other row of the prober comes meanwhile', async (t) => {
  const world = await trialWorld(t);
  let [isNew, isUnsure] = [false, false];
  let last = await world.baseline(PROBE_DEVICE);
  const { quiet, network, stack, size } = await tryConnections({
    ...world,
    connect: async (...given) => {
      const outcome = await world.connect(...given);
      isNew = true;
      return outcome;
    },
    // First after each connection, another row than its own is there.
    baseline: async (device) => {
      if (!isNew) last = await world.baseline(device);
      [isUnsure, isNew] = [isNew, false];
      return isUnsure ? (last?.map((one) => ({ ...one, readings: one.readings + 99 })) ?? null) : last;
    },
    alerts: {
      list: async (filter) => {
        assert.equal(isUnsure, false, 'nothing is asked for before the own row is there');
        return world.alerts.list(filter);
      },
    },
  });
  assert.ok(quiet && network !== null && stack !== null && size !== null);
});
