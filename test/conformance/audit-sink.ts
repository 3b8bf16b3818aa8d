import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEvent, AuditSink } from '#base/core/index.ts';

/** An audit sink under test, and a way to read back what it holds. */
export interface AuditSinkSubject extends AsyncDisposable {
  readonly sink: AuditSink;
  /** The event at an index, as the log behind the sink has it. */
  read(index: number): Promise<AuditEvent>;
}

const EVENT: AuditEvent = { actor: 'weir:store', action: 'seal-segment', resource: 'stream:climate', outcome: 'done' };

/** Events that no sink may take: each breaks one rule of an entry's form. */
const MALFORMED: readonly Readonly<Record<string, unknown>>[] = [
  { ...EVENT, actor: '' },
  { ...EVENT, action: 'Seal Segment' },
  { ...EVENT, resource: 'x'.repeat(513) },
  { ...EVENT, outcome: 'maybe' },
  { ...EVENT, digest: 'not a digest' },
  { ...EVENT, reason: '\ud800' },
  { ...EVENT, detail: { rows: Number.NaN } },
  { ...EVENT, detail: { nested: { a: 1 } } },
];

/**
 * What every audit sink promises, whether it writes the log itself or hands over to the process that does.
 *
 * @param name of the implementation
 * @param open a fresh sink
 */
export function auditSinkConformance(name: string, open: () => Promise<AuditSinkSubject>): void {
  test(`${name}: append() numbers events one after the other`, async () => {
    await using subject = await open();
    const first = await subject.sink.append(EVENT);
    const second = await subject.sink.append(EVENT);
    assert.equal(second.index, first.index + 1);
  });

  test(`${name}: append() gives every event of many at once an index of its own, in the order of the calls`, async () => {
    await using subject = await open();
    const receipts = await Promise.all(
      Array.from({ length: 300 }, (_, number) => subject.sink.append({ ...EVENT, detail: { number } })),
    );
    const first = receipts[0]?.index ?? -1;
    assert.deepEqual(
      receipts.map((receipt) => receipt.index),
      receipts.map((_, i) => first + i),
    );
    for (const i of [0, 1, 150, 299]) {
      assert.deepEqual((await subject.read(first + i)).detail, { number: i });
    }
  });

  test(`${name}: append() keeps every member of an event, and text of every script`, async () => {
    await using subject = await open();
    const event: AuditEvent = {
      actor: 'person:4f1c0a',
      action: 'query',
      resource: 'view:climate',
      purpose: 'quality',
      outcome: 'denied',
      reason: 'not-allowed',
      digest: 'ab'.repeat(32),
      detail: { rows: 12.5, cold: false, text: 'Grüße, 温度, 🧊, \u0000\n"', empty: '' },
    };
    const { index } = await subject.sink.append(event);
    assert.deepEqual(await subject.read(index), event);
  });

  test(`${name}: append() rejects what is no event, and goes on with the next`, async () => {
    await using subject = await open();
    const before = await subject.sink.append(EVENT);
    for (const event of MALFORMED) {
      await assert.rejects(subject.sink.append(event as unknown as AuditEvent), { code: 'AUDIT_ENTRY_INVALID' });
    }
    const after = await subject.sink.append(EVENT);
    assert.equal(after.index, before.index + 1);
  });

  test(`${name}: append() does not hold on to the event's object`, async () => {
    await using subject = await open();
    const detail: Record<string, number> = { rows: 1 };
    const receipt = subject.sink.append({ ...EVENT, detail });
    detail['rows'] = 2;
    assert.deepEqual((await subject.read((await receipt).index)).detail, { rows: 1 });
  });
}
