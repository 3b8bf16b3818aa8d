import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEvent } from '#base/core/index.ts';
import type { Alert } from '#watch/respond/index.ts';
import { containmentOf, containTampered } from './contain-tampered.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';

const TEMPLATE = makeTemplate(`
devices: { truck: { tampering: { case-open: cut, replay: quarantine, made-late: quarantine } } }
streams: { climate: { from: truck, fields: { t: { type: number } } } }
`);

const alert = (kind: string, more: Partial<Alert> = {}): Alert =>
  ({
    id: `of ${kind}`,
    device: 'truck-3',
    stream: 'climate',
    violates: { kind, rule: 'what was seen' },
    state: 'new',
    raised: 5,
    changed: 5,
    ...more,
  }) as Alert;

test('containmentOf() answers signs of tampering as their type declares it, once, and nothing that is expected', () => {
  const answer = (one: Alert): string | null => containmentOf(one, 'truck', TEMPLATE)?.answer ?? null;
  assert.deepEqual(
    ['case-open', 'replay', 'made-late', 'boot-loop', 'physics'].map((kind) => answer(alert(kind))),
    ['cut', 'quarantine', 'quarantine', 'alert', null],
  );
  assert.equal(answer(alert('case-open', { changed: 6 })), null);
  assert.equal(answer(alert('case-open', { state: 'expected' })), null);
});

test('containTampered() puts each sign on record before it contains, and no device that is not there', async () => {
  const done: string[] = [];
  const parts = {
    inventory: {
      find: (name: string) => (name === 'truck-3' ? ({ name, type: 'truck' } as never) : null),
      contain: async (name: string, status: string) => {
        done.push(`${name} ${status}`);
        return {} as never;
      },
    },
    audit: {
      append: async ({ action, resource, outcome, reason }: AuditEvent) => {
        done.push(`${action} ${resource} ${outcome} ${reason}`);
        return {} as never;
      },
    },
    log: silentLog,
    template: () => TEMPLATE,
  };
  await containTampered(parts, [
    alert('case-open'),
    alert('boot-loop'),
    alert('replay'),
    alert('case-open', { device: 'nobody' }),
    alert('case-open', { device: null }),
  ]);
  assert.deepEqual(done, [
    'tamper-alert device:truck-3 denied case-open',
    'truck-3 contained',
    'tamper-alert device:truck-3 allowed boot-loop',
    'tamper-alert device:truck-3 denied replay',
    'truck-3 quarantined',
  ]);
});
