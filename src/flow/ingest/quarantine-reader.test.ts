import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalReader, QuarantinedReading } from '#flow/journal/index.ts';
import { escapeControls, expiredQuarantine, formatQuarantined, readQuarantine } from './quarantine-reader.ts';
import type { QuarantineFilter } from './quarantine-reader.ts';

function reading(device: string, received: number, more: Partial<QuarantinedReading> = {}): QuarantinedReading {
  return {
    device,
    stream: 's',
    via: null,
    reason: 63,
    received,
    place: 'n',
    length: 9,
    payload: new Uint8Array(0),
    ...more,
  };
}

const reader: JournalReader = {
  async *read() {
    const position = { file: 'f1', offset: 77 };
    yield { position, worker: 0, record: { kind: 'quarantined', readings: [reading('a', 1), reading('b', 2)] } };
    yield { position, worker: 0, record: { kind: 'session', events: [] } };
    yield { position, worker: 0, record: { kind: 'quarantined', readings: [reading('a', 3, { reason: 30 })] } };
  },
  wake: () => undefined,
  release: () => Promise.resolve([]),
};

async function ids(filter?: QuarantineFilter): Promise<string[]> {
  return (await Array.fromAsync(readQuarantine(reader, filter))).map(
    ({ id, reading: r }) => `${id} ${r.device}${r.received}`,
  );
}

test('readQuarantine() gives what the filter asks for', async () => {
  assert.deepEqual(await ids(), ['f1/77/0 a1', 'f1/77/1 b2', 'f1/77/0 a3']);
  assert.deepEqual(await ids({ device: 'a' }), ['f1/77/0 a1', 'f1/77/0 a3']);
  assert.deepEqual(await ids({ reason: 'decode' }), ['f1/77/0 a3']);
  assert.deepEqual(await ids({ since: 2 }), ['f1/77/1 b2', 'f1/77/0 a3']);
  assert.deepEqual(await ids({ stream: 'other' }), []);
});

test('formatQuarantined() is one line that steers no terminal', () => {
  const payload = Buffer.from('{"n":"\u001b[2J\u0007\u009b31m\u202e%s%n\u2028","m":"ü\u{1f30a}"}');
  const line = formatQuarantined({ id: 'f/1/0', reading: reading('a', 1_767_225_600_000_000, { payload }) });
  assert.equal(
    line,
    '2026-01-01T00:00:00Z  f/1/0  a  s  range  n  9 bytes  {"n":"\\u001b[2J\\u0007\\u009b31m\\u202e%s%n\\u2028","m":"ü\u{1f30a}"}',
  );
});

test('escapeControls() escapes what a reader would not see, and leaves other scripts', () => {
  assert.equal(escapeControls('a\u200bb\r\n\ufeff\u00ad'), 'a\\u200bb\\u000d\\u000a\\ufeff\\u00ad');
  assert.equal(escapeControls('日本語 العربية \u{1f30a}'), '日本語 العربية \u{1f30a}');
  assert.equal(escapeControls('\ud800'), '\ufffd');
});

test('expiredQuarantine() names finished files that were begun so long ago', () => {
  const file = (fileId: string, created: number, finished = true) => ({ path: fileId, fileId, created, finished });
  const files = [file('old', 0), file('edge', 1_000_000), file('new', 1_000_001), file('live', 0, false)];
  assert.deepEqual(
    expiredQuarantine(files, 11_000_000, 10_000).map(({ fileId }) => fileId),
    ['old', 'edge'],
  );
});
