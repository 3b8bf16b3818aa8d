import assert from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Workplace } from './cli-harness.ts';
import type { Background, Run } from './cli-harness.ts';

interface Verified {
  readonly outcome: string;
  readonly entriesRead: number;
  readonly cosigners: readonly string[];
  readonly findings: readonly { readonly kind: string }[];
}

const findingsOf = ({ stdout }: Run): readonly string[] =>
  (JSON.parse(stdout) as Verified).findings.map(({ kind }) => kind);

/** Waits for something that takes as long as it takes. */
async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look();
    if (found !== null) return found;
    await sleep(100);
  }
  throw new Error('it did not come');
}

test('weir audit', async (t) => {
  const place = await Workplace.make(t);
  await place.init('factory');
  let platform: Background = await place.up();
  t.after(() => platform.stop());
  await place.done('device', 'enrol', 'pump-1', '--type', 'pump');

  await t.test('verifies what runs, from its folder and over the API', async () => {
    const folder = await place.json<Verified>('audit', 'verify');
    assert.equal(folder.outcome, 'verified');
    assert.ok(folder.entriesRead > 5);
    const { https } = JSON.parse(await readFile(place.path('weir-data/run/address.json'), 'utf8')) as { https: string };
    const { token } = await place.json<{ token: string }>('user', 'add', 'auditor', '--role', 'security');
    await writeFile(place.path('token'), token, { mode: 0o600 });
    const { api } = JSON.parse(await readFile(place.path('weir-data/run/address.json'), 'utf8')) as { api: string };
    const ca = ['--ca', 'weir-data/identity/ca.crt'];
    const remote = await place.json<Verified>('audit', 'verify', '--from', api, ...ca, '--token-file', 'token');
    assert.equal(remote.outcome, 'verified');
    const stranger = await place.weir('audit', 'verify', '--from', https, ...ca);
    assert.notEqual(stranger.status, 0, 'entries are not for everyone');
  });

  await t.test('proves an entry to somebody who has the key alone', async () => {
    const entries = (await place.done('audit', 'tail', '--lines', '100')).trimEnd().split('\n');
    const enrolled = entries
      .map((line) => JSON.parse(line) as { index: number; action: string; resource: string })
      .find(({ action, resource }) => action === 'enrol' && resource === 'device:pump-1');
    assert.ok(enrolled !== undefined, entries.join('\n'));
    await place.done('audit', 'prove', String(enrolled.index), '--out', 'enrolment.proof');
    await writeFile(place.path('keys'), await place.done('audit', 'key'));
    const elsewhere = await Workplace.make(t);
    await cp(place.path('keys'), elsewhere.path('keys'));
    await cp(place.path('enrolment.proof'), elsewhere.path('enrolment.proof'));
    const shown = await elsewhere.json<{ entry: { action: string } }>(
      'audit',
      'check',
      'enrolment.proof',
      '--key',
      'keys',
    );
    assert.equal(shown.entry.action, 'enrol');
    const proof = await readFile(elsewhere.path('enrolment.proof'), 'utf8');
    await writeFile(elsewhere.path('enrolment.proof'), proof.replace(/^index \d+/m, `index ${enrolled.index + 1}`));
    const forged = await elsewhere.weir('audit', 'check', 'enrolment.proof', '--key', 'keys');
    assert.equal(forged.status, 1);
    assert.match(forged.stderr, /\[AUDIT_PROOF_INVALID\]/);
    const keyless = await elsewhere.weir('audit', 'check', 'enrolment.proof');
    assert.equal(keyless.status, 2);
  });

  await t.test('feeds a SIEM, and goes on as the log grows', async () => {
    const line = (await place.done('audit', 'tail', '--format', 'ocsf', '--lines', '1')).trimEnd();
    const event = JSON.parse(line) as { class_uid: number; metadata: { product: { name: string } } };
    assert.ok(event.class_uid > 1_000 && event.metadata.product.name === 'Weir');
    await using following = place.background('audit', 'tail', '--lines', '0', '--follow');
    await place.done('device', 'disable', 'pump-1');
    await until(async () => (following.printed().includes('device:pump-1') ? true : null));
    assert.equal(await following.stop('SIGINT'), 0);
    assert.equal((await place.weir('audit', 'tail', '--format', 'xml')).status, 2);
  });

  await t.test('is cosigned by a witness, which says so afterwards', async () => {
    await platform.stop();
    await cp(place.path('weir-data/audit'), place.path('older'), { recursive: true });
    await using witness = place.background(
      'witness',
      '--directory',
      'witness',
      '--listen',
      '0',
      '--json',
      '--log',
      'weir-data/operator/audit.keys',
    );
    const { url, keys } = await until(async () => {
      try {
        return JSON.parse(/^\{[\s\S]*?^\}/m.exec(witness.printed())?.[0] ?? '') as { url: string; keys: string[] };
      } catch {
        return null;
      }
    });
    platform = await place.up('--witness', url, '--witness-key', ...keys);
    const report = await until(async () => {
      const run = await place.weir('audit', 'verify', '--json', '--witness', ...keys);
      return run.status === 0 ? (JSON.parse(run.stdout) as Verified) : null;
    });
    assert.deepEqual([report.outcome, new Set(report.cosigners)], ['verified', new Set(['weir/witness'])]);
    // A key made again at the next start would be another witness.
    assert.equal(await witness.stop(), 0);
    await using again = place.background(
      'witness',
      '--directory',
      'witness',
      '--listen',
      '0',
      '--json',
      '--log',
      'weir-data/operator/audit.keys',
    );
    await until(async () => (keys.every((key) => again.printed().includes(key)) ? true : null));
  });

  await t.test('finds what was done to the log from its folder alone', async () => {
    await writeFile(place.path('kept.note'), await place.done('audit', 'checkpoint'));
    await platform.stop();
    const copy = async (name: string): Promise<string> => {
      await cp(place.path('weir-data/audit'), place.path(name), { recursive: true });
      return name;
    };
    assert.equal((await place.json<Verified>('audit', 'verify', '--since', 'kept.note')).outcome, 'verified');

    const edited = await copy('edited');
    const bundle = await newest(place.path(path.join(edited, 'tile/entries')));
    const bytes = await readFile(bundle, 'latin1');
    await writeFile(bundle, bytes.replace('device:pump-1', 'device:pump-2'), 'latin1');
    const found = await place.weir('audit', 'verify', '--json', '--from', edited);
    assert.equal(found.status, 1);
    assert.ok(findingsOf(found).includes('root-mismatch'), found.stdout);

    const signed = await copy('signed');
    const note = await readFile(place.path(path.join(signed, 'checkpoint')), 'utf8');
    await writeFile(
      place.path(path.join(signed, 'checkpoint')),
      note.replace(/\n(\d+)\n/, (_, size: string) => `\n${Number(size) - 1}\n`),
    );
    const unsigned = await place.weir('audit', 'verify', '--json', '--from', signed);
    assert.deepEqual([unsigned.status, findingsOf(unsigned)], [1, ['checkpoint-invalid']]);

    // An older state of the whole folder is a log as good as any, but for a checkpoint kept elsewhere.
    assert.equal((await place.json<Verified>('audit', 'verify', '--from', 'older')).outcome, 'verified');
    const older = await place.weir('audit', 'verify', '--json', '--from', 'older', '--since', 'kept.note');
    assert.deepEqual([older.status, findingsOf(older)], [1, ['shrank']]);

    const missing = await place.weir('audit', 'verify', '--json', '--from', 'nowhere');
    assert.deepEqual([missing.status, findingsOf(missing)], [1, ['checkpoint-missing']]);
  });
});

async function newest(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const withText = await Promise.all(
    files.map(async (file) => ((await readFile(file, 'latin1')).includes('device:pump-1') ? file : null)),
  );
  const found = withText.findLast((file) => file !== null);
  if (found === undefined || found === null) throw new Error('no bundle holds the entry');
  return found;
}
