import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import type { ControlOutcome } from '#assure/controls/index.ts';
import { millis } from '#base/core/index.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';

/** Runs one control and gives what it found. */
async function tryOne(platform: TestPlatform, id: string): Promise<ControlOutcome> {
  const { controls } = await platform.ask<{ controls: ControlOutcome[] }>('POST', '/v1/prove', {
    body: { rows: [], ids: [id] },
  });
  const [control] = controls;
  assert.ok(control !== undefined && control.id === id);
  return control;
}

const TEMPLATE = 'devices: {sensor: {}}\nstreams: {climate: {from: sensor, fields: {t: {type: number}}}}';

/** One run may follow on another at once. */
const start = (): Promise<TestPlatform> => startTestPlatform(TEMPLATE, {}, { proveEvery: millis(0) });

/** What a control that was broken on purpose says is broken. */
function brokenOf({ outcome, evidence }: ControlOutcome): unknown {
  assert.equal(outcome, 'fail', JSON.stringify(evidence));
  return evidence['broken'] ?? evidence['error'];
}

/** Does something time after time, one at a time so that it floods nothing, until it is disposed of. */
function again(step: () => Promise<void>): Disposable {
  const stopped = new AbortController();
  void (async () => {
    for (; !stopped.signal.aborted; await sleep(5)) await step().catch(() => {});
  })();
  return { [Symbol.dispose]: () => stopped.abort() };
}

describe('weir prove on a platform with a broken promise', () => {
  // One platform for almost all: the first needs it fresh, the last leaves it broken, and those between mend what they broke.
  let platform: TestPlatform;
  before(async () => void (platform = await start()));
  after(() => platform[Symbol.asyncDispose]());

  it('sees controls that were not tried for too long', async () => {
    const control = await tryOne(platform, 'every-control-is-fresh');
    assert.deepEqual(brokenOf(control), ['none is stale']);
    assert.ok((control.evidence['stale'] as string[]).includes('mtls-refuses-strangers'));
  });

  it('sees a port that nobody declared', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      assert.deepEqual(brokenOf(await tryOne(platform, 'only-declared-listeners')), [
        'none is open that is not declared',
      ]);
    } finally {
      server.close();
    }
  });

  it('sees a disabled device that is let in', async () => {
    const running = tryOne(platform, 'mtls-refuses-strangers');
    // Enabled again the moment it is there: the door must not look at the list alone that somebody can change.
    let enabled = false;
    using _ = again(async () => {
      const { status } = await platform.call('POST', '/v1/devices/_probe-off/enable');
      enabled ||= status === 200;
    });
    const control = await running;
    assert.ok(enabled);
    assert.ok((brokenOf(control) as string[]).includes('disabled-device'));
  });

  it('sees a store that has stopped', async () => {
    const store = (await platform.status()).processes.find(({ name }) => name === 'store')?.pid ?? 0;
    process.kill(store, 'SIGSTOP');
    try {
      const { outcome } = await tryOne(platform, 'acknowledged-is-there');
      assert.equal(outcome, 'fail');
      assert.ok((await platform.status()).degraded.includes('the store does not answer'));
    } finally {
      process.kill(store, 'SIGCONT');
    }
    assert.equal((await tryOne(platform, 'acknowledged-is-there')).outcome, 'pass');
  });

  it('sees a canary that something writes in clear', async () => {
    // One of its own: the canaries of earlier probes would be found beside the one that is looked for.
    await using fresh = await start();
    // Something to read, so that the leak comes while the first search is under way.
    await writeFile(join(fresh.layout.root, 'ballast'), Buffer.alloc(256 * 1_048_576));
    const running = tryOne(fresh, 'canary-is-not-on-disk');
    let leaked = false;
    using _ = again(async () => {
      // Once: a file that is written anew is empty for a moment, and a search may come by in it.
      if (leaked) return;
      const rows = await fresh.query<{ canary: string | null }>('select canary from _probe where canary is not null');
      const canary = rows[0]?.canary;
      if (typeof canary !== 'string') return;
      await writeFile(join(fresh.layout.objects, 'leak.tmp'), Buffer.from(`x${canary}`).toString('base64'));
      leaked = true;
    });
    const control = await running;
    assert.ok(leaked);
    assert.ok((brokenOf(control) as string[]).includes('segments and quarantine do not show it'));
    assert.deepEqual(control.evidence['hits'], [join('objects', 'leak.tmp')]);
  });

  it('sees a changed byte in the log', async () => {
    assert.equal((await tryOne(platform, 'log-is-verifiable')).outcome, 'pass');
    // Enough entries for a bundle that is never written again.
    while ((await platform.status()).audit.integrated < 300) await sleep(5);
    const file = join(platform.layout.audit, 'tile', 'entries', '000');
    const bytes = await readFile(file);
    const at = bytes.indexOf('weir:control');
    bytes[at]! ^= 1;
    await writeFile(file, bytes);
    assert.deepEqual(brokenOf(await tryOne(platform, 'log-is-verifiable')), ['the log verifies']);
  });
});
