import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBE_STREAM } from '#base/core/index.ts';
import type { Alert } from '#watch/respond/index.ts';
import { followAlerts } from './follow-alerts.ts';

const alert = (id: string, changed: number, stream = 'climate'): Alert => ({
  id,
  device: 'truck-3',
  stream,
  detectors: [],
  start: 0,
  end: 0,
  open: false,
  severity: 'low',
  budget: null,
  baseline: null,
  causes: [],
  nearest: null,
  evidence: [],
  sentence: '',
  state: 'new',
  raised: changed,
  changed,
  answers: [],
});

/** The ids of alerts of the first events, up to a number of them. */
async function idsOf(after: string | null, most: number): Promise<readonly string[]> {
  const leave = new AbortController();
  const kept = [alert('a1', 10), alert('a2', 20), alert('a5', 25, 'elsewhere'), alert('a3', 30)];
  let listener: ((one: Alert) => void) | null = null;
  const events = followAlerts(
    {
      onChange: (heard) => {
        listener = heard;
        return { [Symbol.dispose]: () => undefined };
      },
      async *changedAfter(after) {
        // One is raised while what was missed is read.
        listener?.(alert('a4', 40));
        listener?.(alert('p', 41, PROBE_STREAM));
        listener?.(alert('a5', 35, 'elsewhere'));
        yield* kept.filter(({ changed }) => changed > after);
      },
    },
    { after, which: ({ stream }) => stream !== 'elsewhere', signal: leave.signal },
  );
  const ids: string[] = [];
  for await (const event of events) {
    const text = Buffer.from(event).toString();
    if (ids.length === 0 && text.startsWith(':') && after === null) listener!(alert('a4', 40));
    const id = /^id: (\d+)\nevent: alert\ndata: .*"id":"(a\d|p)"/.exec(text);
    if (id !== null) ids.push(`${id[2]} ${id[1]}`);
    if (ids.length >= most) break;
  }
  leave.abort();
  return ids;
}

test('followAlerts() begins with what changed since the last event that was received', async () => {
  assert.deepEqual(await idsOf('10', 3), ['a2 20', 'a3 30', 'a4 40']);
});

test('followAlerts() begins with what comes where there is no last event, or none of ours', async () => {
  assert.deepEqual(await idsOf(null, 1), ['a4 40']);
});
