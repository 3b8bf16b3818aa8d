import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { encodeUtf8, micros } from '#base/core/index.ts';
import { formatSignatureLine, noteSigner, parseNote, parseNoteVerifier, signNote } from '#base/crypto/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openAuditLog, testEvent, testKey, TEST_ORIGIN } from '../../../test/support/open-audit-log.ts';
import { corpora } from '../../../test/support/outside.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import type { Cleanable } from '../../../test/support/tmp.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { cosigner, parseCosignerKey } from './cosignature.ts';
import { DurableFiles } from './durable-file.ts';
import { encodeEntry } from './entry.ts';
import type { LogFindingKind } from './log-finding.ts';
import { directorySource } from './log-source.ts';
import { decodeBundle, encodeBundle } from './tile.ts';
import { TileWriter } from './tile-writer.ts';
import { verifyLog } from './verify-log.ts';
import type { LogReport, VerifyLogOptions } from './verify-log.ts';

/** A closed log of 300 entries: a full bundle and a partial one. */
async function closedLog(
  t: Cleanable,
  count = 300,
): Promise<{ directory: string; keys: NoteVerifier[]; note: string }> {
  const { log, directory, keys } = await openAuditLog(t);
  await Promise.all(Array.from({ length: count }, (_, i) => log.append(testEvent(i))));
  const { note } = await log.flush();
  await log[Symbol.asyncDispose]();
  return { directory, keys, note };
}

function kindsOf(report: LogReport): LogFindingKind[] {
  assert.equal(report.outcome, report.findings.length === 0 ? 'verified' : 'broken');
  return [...new Set(report.findings.map((finding) => finding.kind))];
}

async function verify(directory: string, options: VerifyLogOptions): Promise<LogReport> {
  return verifyLog(directorySource(directory), options);
}

/** Changes the entries of the first bundle of a log as someone with the disk in hand could. */
async function changeBundle(directory: string, change: (entries: Uint8Array[]) => Uint8Array[]): Promise<void> {
  const file = path.join(directory, 'tile/entries/000');
  const entries = decodeBundle(new Uint8Array(await readFile(file)), 256);
  await writeFile(file, encodeBundle(change(entries)));
}

const FORGED = encodeEntry({ time: micros(1), event: testEvent(999) });

/** What someone may do to entries; each leaves 256 of them, so that only their content tells. */
const TAMPERINGS: readonly [string, (entries: Uint8Array[]) => Uint8Array[], number][] = [
  ['an edited entry', (entries) => entries.with(17, FORGED), 17],
  ['a dropped entry', (entries) => [...entries.toSpliced(17, 1), FORGED], 17],
  ['two entries in another order', (entries) => entries.with(17, entries[18]!).with(18, entries[17]!), 17],
  ['an inserted entry', (entries) => entries.toSpliced(17, 0, FORGED).slice(0, 256), 17],
];

for (const [what, change, index] of TAMPERINGS) {
  test(`verifyLog() finds ${what} from the folder alone, and where`, async (t) => {
    const { directory, keys } = await closedLog(t);
    assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys })), []);
    await changeBundle(directory, change);
    const report = await verify(directory, { logKeys: keys });
    assert.ok(kindsOf(report).includes('entry-mismatch'));
    assert.ok(kindsOf(report).includes('root-mismatch'));
    assert.equal(report.findings.find((finding) => finding.kind === 'entry-mismatch')?.index, index);
  });

  test(`verifyLog() finds ${what} though all tiles were made to fit`, async (t) => {
    const { directory, keys } = await closedLog(t);
    const entries = await entriesOf(directory, change);
    await rebuildTiles(directory, entries);
    assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys })), ['root-mismatch']);
  });

  test(`verifyLog() finds ${what} by the key's holder, who signed anew, against a kept checkpoint`, async (t) => {
    const { directory, keys, note } = await closedLog(t);
    const entries = await entriesOf(directory, change);
    const head = await rebuildTiles(directory, entries);
    await signAnew(directory, head);
    assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys })), []);
    assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys, since: [note] })), ['forked']);
  });
}

async function entriesOf(directory: string, change: (entries: Uint8Array[]) => Uint8Array[]): Promise<Uint8Array[]> {
  const first = decodeBundle(new Uint8Array(await readFile(path.join(directory, 'tile/entries/000'))), 256);
  const rest = decodeBundle(new Uint8Array(await readFile(path.join(directory, 'tile/entries/001.p/44'))), 44);
  return [...change(first), ...rest];
}

async function rebuildTiles(directory: string, entries: Uint8Array[]): Promise<{ size: number; root: Uint8Array }> {
  await rm(path.join(directory, 'tile'), { recursive: true });
  const empty = new Uint8Array(Buffer.from('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'base64'));
  const writer = await TileWriter.open(directory, new DurableFiles(directory), { size: 0, root: empty });
  return writer.add(entries);
}

async function signAnew(directory: string, head: { size: number; root: Uint8Array }): Promise<string> {
  const signers = (['ed25519', 'ml-dsa-65'] as const).map((algorithm) => noteSigner(TEST_ORIGIN, testKey(algorithm)));
  const note = await signNote(formatCheckpoint({ origin: TEST_ORIGIN, ...head }), signers);
  await writeFile(path.join(directory, 'checkpoint'), note);
  return note;
}

test('verifyLog() finds a log whose end was cut off, against a kept checkpoint and against the witnessed one', async (t) => {
  const { directory, keys, note } = await closedLog(t);
  const witness = cosigner('witness.example/w1', testKey('ed25519', 5), frozenClock());
  const witnesses = [parseCosignerKey(witness.verifierKey)];
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  const line = (await signNote(text, [witness])).slice(text.length + 1);
  const entries = await entriesOf(directory, (all) => all);
  await signAnew(directory, await rebuildTiles(directory, entries.slice(0, 200)));
  assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys })), []);
  assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys, since: [note] })), ['shrank']);
  assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys, witnesses })), ['witness-missing']);
  await writeFile(path.join(directory, 'checkpoint.witnessed'), note + line);
  const report = await verify(directory, { logKeys: keys, witnesses });
  assert.deepEqual(kindsOf(report), ['shrank']);
  assert.deepEqual(report.cosigners, ['witness.example/w1']);
});

test('verifyLog() finds a fork: the same size with another root, or growth from another past', async (t) => {
  const { directory, keys, note } = await closedLog(t);
  const entries = await entriesOf(directory, (all) => all);
  const forked = [...entries.slice(0, 299), FORGED];
  const fork = await signAnew(directory, await rebuildTiles(directory, forked));
  assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys, since: [note] })), ['forked']);
  await signAnew(directory, await rebuildTiles(directory, [...entries, FORGED, FORGED]));
  assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys, since: [note] })), []);
  assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys, since: [note, fork] })), ['forked']);
});

test('verifyLog() holds every kept checkpoint of a growing log to be its own', async (t) => {
  const { log, keys } = await openAuditLog(t);
  const since = [log.checkpoint.note];
  for (const count of [1, 100, 155, 1, 300]) {
    await Promise.all(Array.from({ length: count }, (_, i) => log.append(testEvent(i))));
    since.push((await log.flush()).note);
  }
  const progress: number[] = [];
  const options = { logKeys: keys, origin: TEST_ORIGIN, since, onProgress: (done: number) => progress.push(done) };
  const report = await verifyLog(log.source, options);
  assert.deepEqual([report.findings, report.entriesRead], [[], 557]);
  assert.deepEqual(progress, [256, 512, 557]);
});

test('verifyLog() refuses checkpoints that are unsigned, of other keys, half signed, or of another log', async (t) => {
  const { directory, keys, note } = await closedLog(t, 3);
  const other = parseNoteVerifier(noteSigner(TEST_ORIGIN, testKey('ed25519', 7)).verifierKey);
  const only = async (options: VerifyLogOptions) => kindsOf(await verify(directory, options));
  assert.deepEqual(await only({ logKeys: [other] }), ['checkpoint-invalid']);
  assert.deepEqual(await only({ logKeys: [...keys, other] }), ['checkpoint-invalid']);
  assert.deepEqual(await only({ logKeys: keys, origin: 'weir.example/other' }), ['checkpoint-invalid']);
  assert.deepEqual(await only({ logKeys: keys, since: ['not a note', note.replace('\n3\n', '\n2\n')] }), [
    'kept-invalid',
  ]);
  await writeFile(path.join(directory, 'checkpoint'), note.slice(0, note.lastIndexOf('\u2014')));
  assert.deepEqual(await only({ logKeys: keys }), ['checkpoint-invalid']);
  assert.deepEqual(await only({ logKeys: keys.slice(0, 1) }), []);
  await rm(path.join(directory, 'checkpoint'));
  assert.deepEqual(await only({ logKeys: keys }), ['checkpoint-missing']);
});

test('verifyLog() accepts the log over a change of its signatures, and demands what the log says since', async (t) => {
  const { log, directory, keys } = await openAuditLog(t);
  const note = path.join(directory, 'checkpoint');
  const without = async (algorithm: string): Promise<string> => {
    const key = keys.find((one) => one.algorithm === algorithm)!;
    const { text, signatures } = parseNote(log.checkpoint.note);
    return `${text}\n${signatures
      .filter(({ keyId }) => keyId !== key.keyId)
      .map(formatSignatureLine)
      .join('')}`;
  };
  const only = async (options: Partial<VerifyLogOptions> = {}) =>
    kindsOf(await verify(directory, { logKeys: keys, ...options }));
  await log.append(testEvent(0));
  const kept = [(await log.flush()).note];
  await log.chooseSignatures(['ed25519'], 'person:ada');
  assert.deepEqual(log.checkpoint.signers.length, 1);
  assert.deepEqual(await only({ since: kept }), []);
  const { signatures } = await verify(directory, { logKeys: keys });
  assert.deepEqual(signatures, { algorithms: ['ed25519'], index: 1 });
  kept.push(log.checkpoint.note);
  await log.chooseSignatures(['ed25519', 'ml-dsa-65'], 'person:ada');
  await log.append(testEvent(1));
  kept.push((await log.flush()).note);
  assert.deepEqual(await only({ since: kept }), []);
  // Either line taken away leaves a note that verifies, and a log that does not.
  for (const algorithm of ['ed25519', 'ml-dsa-65']) {
    await writeFile(note, await without(algorithm));
    assert.deepEqual(await only({ since: kept }), ['checkpoint-invalid'], algorithm);
    // Who knows but the other key cannot miss it.
    assert.deepEqual(await only({ logKeys: keys.filter((key) => key.algorithm !== algorithm) }), []);
  }
  await log.chooseSignatures(['ml-dsa-65'], 'person:ada');
  assert.deepEqual(await only({ since: kept }), []);
  assert.deepEqual(await only({ logKeys: keys.slice(0, 1) }), ['checkpoint-invalid']);
});

test('verifyLog() fails on every file of the log that is missing or has one flipped bit', async (t) => {
  const { directory, keys } = await closedLog(t);
  const names = (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .filter((name) => name.startsWith('tile/') || name === 'checkpoint');
  assert.equal(names.length, 6);
  for (const name of names) {
    const copy = path.join(await temporaryFolder(t), 'audit');
    await cp(directory, copy, { recursive: true });
    const file = path.join(copy, name);
    const bytes = new Uint8Array(await readFile(file));
    for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
      await writeFile(file, bytes.with(at, bytes[at]! ^ 1));
      assert.equal((await verify(copy, { logKeys: keys })).outcome, 'broken', `${name} at ${at}`);
    }
    await rm(file);
    assert.equal((await verify(copy, { logKeys: keys })).outcome, 'broken', `without ${name}`);
  }
});

test('verifyLog() finds entries that this platform did not write', async (t) => {
  const folder = await temporaryFolder(t);
  const head = await rebuildOpaque(folder, [FORGED, encodeUtf8('{}')]);
  await signAnew(folder, head);
  const keys = (['ed25519', 'ml-dsa-65'] as const).map((algorithm) =>
    parseNoteVerifier(noteSigner(TEST_ORIGIN, testKey(algorithm)).verifierKey),
  );
  const report = await verify(folder, { logKeys: keys });
  assert.deepEqual(
    report.findings.map(({ kind, index }) => [kind, index]),
    [['entry-malformed', 1]],
  );
  assert.equal((await verify(folder, { logKeys: keys, entries: 'opaque' })).outcome, 'verified');
});

async function rebuildOpaque(directory: string, entries: Uint8Array[]): Promise<{ size: number; root: Uint8Array }> {
  await new DurableFiles(directory).write('tile/.made', '');
  return rebuildTiles(directory, entries);
}

test('verifyLog() needs as many cosignatures as the quorum says', async (t) => {
  const { directory, keys, note } = await closedLog(t, 3);
  const clock = frozenClock();
  const made = [5, 6, 7].map((byte) => cosigner(`witness.example/w${byte}`, testKey('ed25519', byte), clock));
  const witnesses = made.map((witness) => parseCosignerKey(witness.verifierKey));
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  const lines = (await signNote(text, made.slice(0, 2))).slice(text.length + 1);
  await writeFile(path.join(directory, 'checkpoint.witnessed'), note + lines);
  assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys, witnesses, quorum: 2 })), []);
  assert.deepEqual(kindsOf(await verify(directory, { logKeys: keys, witnesses })), ['witness-missing']);
});

test('verifyLog() stops when told to', async (t) => {
  const { directory, keys } = await closedLog(t, 3);
  await assert.rejects(verify(directory, { logKeys: keys, signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('verifyLog() verifies the published log, at each of its checkpoints and against all of them', async (t) => {
  const published = corpora(t, 'standards/tlog-tiles/log');
  const logKeys = [parseNoteVerifier('example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx')];
  const read = (name: string) => readFile(path.join(published, name), 'utf8');
  const since = await Promise.all(Array.from({ length: 16 }, (_, size) => read(`checkpoint.${size}`)));
  const options: VerifyLogOptions = { logKeys, entries: 'opaque' };
  for (const [size, note] of since.entries()) {
    const at = directorySource(published);
    const source = { read: async (name: string) => (name === 'checkpoint' ? encodeUtf8(note) : at.read(name)) };
    const report = await verifyLog(source, { ...options, since: since.slice(0, size + 1) });
    assert.deepEqual([report.findings, report.checkpoint?.size, report.entriesRead], [[], size, size]);
  }
  const report = await verify(published, { ...options, since, origin: 'example.com/log/testdata' });
  assert.deepEqual([report.outcome, report.entriesRead], ['verified', 15]);
});

test('TileWriter writes the published log byte for byte', async (t) => {
  const published = corpora(t, 'standards/tlog-tiles/log');
  const bundle = new Uint8Array(await readFile(path.join(published, 'tile/entries/000.p/15')));
  const entries = decodeBundle(bundle, 15);
  const folder = await temporaryFolder(t);
  for (let size = 1; size <= 15; size++) {
    const head = await rebuildOpaque(folder, entries.slice(0, size));
    const text = formatCheckpoint({ origin: 'example.com/log/testdata', ...head });
    assert.ok((await readFile(path.join(published, `checkpoint.${size}`), 'utf8')).startsWith(`${text}\n`));
    for (const name of [`tile/0/000.p/${size}`, `tile/entries/000.p/${size}`]) {
      assert.deepEqual(await readFile(path.join(folder, name)), await readFile(path.join(published, name)), name);
    }
  }
});
