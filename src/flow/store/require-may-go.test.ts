import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, millis } from '#base/core/index.ts';
import type { Segment } from './segment.ts';
import { requireMayGo } from './require-may-go.ts';
import type { Going, LeastKeep } from './require-may-go.ts';

const HOUR = 3_600_000_000;
const NOW = micros(1_000 * HOUR);
const LEAST = millis(100 * 3_600_000);

const segment = (rows: number, first: number, last: number): Segment =>
  ({
    id: `s${rows}`,
    stream: 's',
    rows,
    created: NOW,
    received: { first: micros(first * HOUR), last: micros(last * HOUR) },
  }) as Partial<Segment> as Segment;
const expired = (rows: number, from: number, request?: string) => ({
  stream: 's',
  rows,
  keptFrom: micros(from * HOUR),
  ...(request === undefined ? {} : { request }),
});
const go = (going: Going, least: LeastKeep = () => LEAST) => requireMayGo(going, least, NOW);

test('requireMayGo() lets go of what is old enough, and of what a person asked for', () => {
  const old = segment(10, 700, 800);
  go({ inputs: [old], output: null, expired: expired(10, 900) });
  go({ inputs: [segment(10, 800, 950)], output: segment(4, 900, 950), expired: expired(6, 900) });
  go({ inputs: [old, segment(5, 980, 990)], output: segment(15, 700, 990) });
  go({ inputs: [segment(5, 980, 990)], output: null, expired: expired(5, 1_000, 'r1') });
  go({ inputs: [segment(5, 980, 1_000)], output: null, expired: expired(5, 1_001) }, () => null);
});

test('requireMayGo() refuses whatever goes too early or unsaid', () => {
  const young = segment(10, 800, 950);
  const cases: Record<string, Going> = {
    'the plan is an hour too early': { inputs: [segment(9, 700, 800)], output: null, expired: expired(9, 901) },
    'the newest go with the oldest': { inputs: [young], output: null, expired: expired(10, 900) },
    'the newest go and older ones stay': { inputs: [young], output: segment(4, 800, 820), expired: expired(6, 900) },
    'a merge loses rows': { inputs: [young, segment(5, 990, 999)], output: segment(14, 800, 999) },
    'more go than is said': { inputs: [young], output: segment(4, 900, 950), expired: expired(5, 900) },
  };
  for (const [name, going] of Object.entries(cases)) {
    assert.throws(() => go(going), { code: 'STORE_KEPT_LONGER' }, name);
  }
  const old = { inputs: [segment(9, 700, 800)], output: null, expired: expired(9, 900) };
  assert.throws(() => go(old, () => undefined), { message: /nobody says any more/ });
});
