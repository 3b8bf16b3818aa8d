import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { restoreFileCustody } from '#trust/keys/index.ts';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { OwnPorts } from '../support/own-ports.ts';
import { requirePython } from '../support/outside.ts';
import { PASSPHRASE, Workplace } from './cli-harness.ts';

test('weir up', async (t) => {
  const place = await Workplace.make(t);
  await place.init('factory');

  await t.test('asks for nothing that it can be told wrongly', async () => {
    for (const words of [
      ['--workers', '0'],
      ['--recovery-threshold', '6'],
      ['--witness', 'http://localhost:1'],
      ['--mqtt-port', 'any'],
    ]) {
      await writeFile(place.path('passphrase'), PASSPHRASE);
      const { status, stderr } = await place.weir('up', '--passphrase-file', 'passphrase', ...words);
      assert.equal(status, 2, words.join(' '));
      assert.match(stderr, /\[CLI_USAGE\]/);
    }
    const alone = await place.weir('up');
    assert.equal(alone.status, 1);
    assert.match(alone.stderr, /\[CLI_NO_PASSPHRASE\]\nhint: .*--passphrase-file/);
    await writeFile(place.path('weak'), 'short');
    const weak = await place.weir('up', '--passphrase-file', 'weak');
    assert.match(weak.stderr, /\[KEYS_PASSPHRASE_WEAK\]/);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const declared = readFileSync(place.path('weir.yaml'), 'utf8');
    await writeFile(place.path('taken.yaml'), declared.replace('api: 0', `api: ${port}`));
    const busy = await place.weir('up', '--passphrase-file', 'passphrase', '--template', 'taken.yaml');
    taken.close();
    assert.match(busy.stderr, /\[SERVER_PORT_IN_USE\]/);
    assert.doesNotMatch(busy.stdout + busy.stderr, /WEIR-SHARE/);
    assert.ok(!existsSync(place.path('weir-data/keys/root.json')));
  });

  let kit: string[] = [];
  await t.test('makes the root key once, shows its recovery kit, and says where it listens', async () => {
    await using platform = await place.up();
    kit = platform.printed().match(/WEIR-SHARE-[0-9A-Z-]+/g) ?? [];
    assert.equal(kit.length, 5);
    assert.match(platform.printed(), /any 3 of these 5 lines/);
    assert.equal(statSync(place.path('weir-data/operator/operator.key')).mode & 0o777, 0o600);
    assert.equal(statSync(place.path('weir-data')).mode & 0o077, 0);
    const status = await place.json<{ degraded: string[]; demo: boolean }>('status');
    assert.equal(status.demo, false);
    const second = await place.weir('up', '--passphrase-file', 'passphrase');
    assert.equal(second.status, 1);
    assert.match(second.stderr, /\[SERVER_DIRECTORY_IN_USE\]/);
    assert.equal(await platform.stop('SIGINT'), 0);
    assert.ok(!existsSync(place.path('weir-data/run/address.json')));
  });

  await t.test('opens the same root key again and shows no kit', async () => {
    await using platform = await place.up();
    assert.doesNotMatch(platform.printed(), /WEIR-SHARE/);
    assert.equal(await platform.stop(), 0);
    await writeFile(place.path('wrong'), 'seven grey herons sat in the weir');
    const wrong = await place.weir('up', '--passphrase-file', 'wrong');
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /\[KEYS_PASSPHRASE_WRONG\]/);
  });

  await t.test('goes on with the template in force where its file is not here, as on another machine', async () => {
    await rename(place.path('weir.yaml'), place.path('kept.yaml'));
    await using platform = await place.up();
    const back = await place.done('template', 'show', '--out', 'back');
    assert.equal(back, 'wrote back/weir.yaml\n');
    assert.equal(readFileSync(place.path('back/weir.yaml'), 'utf8'), readFileSync(place.path('kept.yaml'), 'utf8'));
    assert.match(await place.done('plan', '--template', 'back/weir.yaml'), /it is in force as it is/);
    assert.equal(await platform.stop(), 0);
    assert.match(platform.printed(), /runs with template trial[\s\S]*the template in force goes on; .*template show/);
    await rename(place.path('kept.yaml'), place.path('weir.yaml'));
  });

  await t.test('what has a passphrase is no demo', async () => {
    const { status, stderr } = await place.weir('demo', '--data', 'weir-data');
    assert.deepEqual([status, /\[CLI_USAGE\]/.test(stderr)], [2, true]);
  });

  await t.test('the kit gives the root key back under a new passphrase; a second signal does not wait', async () => {
    const fresh = 'eight white herons stand in the weir';
    const sources = { clock: systemClock, random: systemRandom };
    await using _custody = await restoreFileCustody(place.path('weir-data/keys'), kit.slice(1, 4), fresh, sources);
    const folder = place.path('credentials');
    await mkdir(folder);
    await writeFile(path.join(folder, 'weir-passphrase'), fresh);
    const before = process.env['CREDENTIALS_DIRECTORY'];
    process.env['CREDENTIALS_DIRECTORY'] = folder;
    try {
      await using platform = await place.until('weir-data/run/address.json', place.background('up'));
      platform.child.kill('SIGTERM');
      platform.child.kill('SIGTERM');
      assert.ok([0, 1].includes((await platform.stop('SIGTERM')) ?? -1));
    } finally {
      if (before === undefined) delete process.env['CREDENTIALS_DIRECTORY'];
      else process.env['CREDENTIALS_DIRECTORY'] = before;
    }
  });
});

test('weir up puts log and recovery kit where it is told', async (t) => {
  const place = await Workplace.make(t);
  await place.init('factory');
  await using platform = await place.up(
    '--audit-directory',
    'elsewhere',
    '--recovery-kit',
    'kit',
    '--recovery-shares',
    '4',
    '--recovery-threshold',
    '2',
  );
  assert.doesNotMatch(platform.printed(), /WEIR-SHARE/);
  assert.deepEqual(readdirSync(place.path('kit')).toSorted(), [
    'share-1.txt',
    'share-2.txt',
    'share-3.txt',
    'share-4.txt',
  ]);
  assert.match(readFileSync(place.path('kit/share-1.txt'), 'utf8'), /^WEIR-SHARE-/);
  assert.equal(statSync(place.path('kit/share-1.txt')).mode & 0o777, 0o600);
  const verified = await place.json<{ outcome: string; from: string }>('audit', 'verify', '--from', 'elsewhere');
  assert.equal(verified.outcome, 'verified');
  // Without a name the log is found over the API, since the data directory has none.
  assert.equal((await place.json<{ from: string }>('audit', 'verify')).from, 'the running platform');
});

/** Types at a terminal: waits for each prompt, then sends a line. */
const TYPIST = `
import os, pty, sys, select, signal, time
answers = [l.encode() for l in sys.argv[1].split('|')]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b''
prompts = 0
end = time.time() + 240
while time.time() < end:
    ready, _, _ = select.select([fd], [], [], 0.2)
    if ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        seen += data
    if answers and seen.count(b'passphrase') + seen.count(b'once more') > prompts and seen.rstrip().endswith(b':'):
        prompts = seen.count(b'passphrase') + seen.count(b'once more')
        os.write(fd, answers.pop(0) + b'\\r')
    if b'runs with template' in seen:
        os.kill(pid, signal.SIGTERM)
        break
os.set_blocking(fd, False)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
`;

test('weir up asks for the passphrase at the terminal, twice at first, and never shows it', async (t) => {
  const python = requirePython(t, 'pty');
  const place = await Workplace.make(t);
  await place.init('factory');
  const main = path.resolve(import.meta.dirname, '../../src/run/cli/main.ts');
  const type = (...answers: readonly string[]): { status: number | null; text: string } => {
    const words = [process.execPath, '--disable-warning=ExperimentalWarning', main, 'up'];
    const run = spawnSync(python, ['-c', TYPIST, answers.join('|'), ...words], { cwd: place.folder, encoding: 'utf8' });
    return { status: run.status, text: run.stdout + run.stderr };
  };
  const differing = type(PASSPHRASE, `${PASSPHRASE}!`);
  assert.match(differing.text, /\[CLI_NO_PASSPHRASE\]/, differing.text);
  assert.ok(!existsSync(place.path('weir-data/keys/root.json')));
  const first = type(PASSPHRASE, PASSPHRASE);
  assert.equal(first.status, 0, first.text);
  assert.match(first.text, /choose a passphrase[\s\S]*once more[\s\S]*WEIR-SHARE[\s\S]*runs with template trial/);
  const second = type(PASSPHRASE);
  assert.equal(second.status, 0, second.text);
  assert.doesNotMatch(second.text, /once more|WEIR-SHARE/);
  for (const { text } of [differing, first, second]) assert.ok(!text.includes('grey herons'), 'it was shown');
});

/** Starts a command at a terminal of its own and, once it runs, tells its processes that the terminal closes, or closes it. */
const LEAVER = `
import os, pty, sys, select, signal, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b''
told = False
end = time.time() + 240
while time.time() < end:
    ready, _, _ = select.select([fd], [], [], 0.2)
    if ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        seen += data
    if b'runs with template' in seen and not told:
        told = True
        if sys.argv[1] == 'close':
            os.close(fd)
            break
        os.killpg(pid, signal.SIGHUP)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status) if told else 99)
`;

function leave(t: TestContext, how: 'tell' | 'close', place: Workplace, ...words: readonly string[]): string {
  const python = requirePython(t, 'pty');
  const main = path.resolve(import.meta.dirname, '../../src/run/cli/main.ts');
  const run = spawnSync(
    python,
    ['-c', LEAVER, how, process.execPath, '--disable-warning=ExperimentalWarning', main, ...words],
    { cwd: place.folder, encoding: 'utf8' },
  );
  assert.equal(run.status, 0, run.stdout + run.stderr);
  return run.stdout;
}

test('weir up drains where its terminal closes, and its processes leave that to it', async (t) => {
  const place = await Workplace.make(t);
  await place.init('factory');
  await writeFile(place.path('passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 });
  const printed = leave(t, 'tell', place, 'up', '--passphrase-file', 'passphrase');
  assert.match(printed, /weir: stopping/);
  assert.doesNotMatch(printed, /starting it again/);
  assert.ok(!existsSync(place.path('weir-data/run/address.json')));
});

test('weir demo drains where its terminal is gone', async (t) => {
  const place = await Workplace.make(t);
  await place.init('factory');
  leave(t, 'close', place, 'demo', '--template', 'weir.yaml', '--no-fleet');
  assert.ok(!existsSync(place.path('weir-demo/run/address.json')));
});

function portsOf(place: Workplace, data: string): { mqtt: number; https: number } {
  const address = readFileSync(place.path(`${data}/run/address.json`), 'utf8');
  return (JSON.parse(address) as { ports: { mqtt: number; https: number } }).ports;
}

test('weir up starts on other ports than its template names, for that time', async (t) => {
  const place = await Workplace.make(t);
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await place.init('factory');
  const declared = readFileSync(place.path('weir.yaml'), 'utf8');
  await writeFile(place.path('weir.yaml'), declared.replace('mqtt: 0', `mqtt: ${port}`));
  await using own = await OwnPorts.claim(1);
  const [chosen = 0] = own.ports;
  {
    await using platform = await place.up('--mqtt-port', '0', '--https-port', String(chosen));
    const { mqtt, https } = portsOf(place, 'weir-data');
    assert.notEqual(mqtt, port);
    assert.equal(https, chosen);
    assert.equal(await platform.stop(), 0);
  }
  const again = await place.weir('up', '--passphrase-file', 'passphrase');
  assert.match(again.stderr, /\[SERVER_PORT_IN_USE\]\nhint: .*--mqtt-port/);
});

test('two demos that start together both run', async (t) => {
  await using own = await OwnPorts.claim(3);
  const [mqtt, https, api] = own.ports;
  const demos = await Promise.all(
    [1, 2].map(async () => {
      const place = await Workplace.make(t);
      await place.init('factory');
      const declared = readFileSync(place.path('weir.yaml'), 'utf8');
      const listen = `listen: { mqtt: ${mqtt}, https: ${https}, api: ${api} }`;
      await writeFile(place.path('weir.yaml'), declared.replace('listen: { mqtt: 0, https: 0, api: 0 }', listen));
      return place;
    }),
  );
  const words = ['demo', '--template', 'weir.yaml', '--no-fleet', '--no-witness'];
  const [one, other] = demos as [Workplace, Workplace];
  await using first = one.background(...words);
  await using second = other.background(...words);
  await one.until('weir-demo/run/address.json', first);
  await other.until('weir-demo/run/address.json', second);
  assert.notEqual(portsOf(one, 'weir-demo').mqtt, portsOf(other, 'weir-demo').mqtt);
  assert.equal([first, second].filter(({ printed }) => printed().includes('free ones are used')).length, 1);
  assert.deepEqual(await Promise.all([first.stop('SIGINT'), second.stop('SIGINT')]), [0, 0]);
});

test('weir demo runs a fleet and a witness, and ends cleanly', async (t) => {
  const place = await Workplace.make(t);
  await using demo = await place.until('weir-demo/run/address.json', place.background('demo'));
  const flows = async (): Promise<number> =>
    (await place.json<{ readings: { admitted: number } }>('status')).readings.admitted;
  const deadline = performance.now() + 240_000;
  while ((await flows()) < 100) assert.ok(performance.now() < deadline, demo.printed());
  assert.match(demo.printed(), /a demo of weir runs with template demo[\s\S]*mqtts:\/\/localhost:\d+/);
  const devices = await place.json<{ name: string }[]>('device', 'list');
  assert.ok(devices.filter(({ name }) => /^(truck|pump)-\d+$/.test(name)).length >= 10);
  // A plan without a template of one's own is of what the demo runs.
  assert.deepEqual((await place.json<{ proposal: { changes: unknown[] } }>('plan')).proposal.changes, []);
  const elsewhere = await place.weir('up', '--data', 'weir-demo', '--template', 'weir.yaml');
  assert.equal(elsewhere.status, 1);
  assert.equal(await demo.stop('SIGINT'), 0);
  assert.match(demo.printed(), /readings\/s, [\d,]+ admitted/);

  await t.test('a demo does not listen beyond this machine', async () => {
    await place.init('factory');
    const text = readFileSync(place.path('weir.yaml'), 'utf8').replace(
      '\nlisten: { ',
      '\nhosts: [weir.example.com]\nlisten: { address: 0.0.0.0, ',
    );
    await writeFile(place.path('open.yaml'), text);
    const { status, stderr } = await place.weir('demo', '--data', 'other', '--template', 'open.yaml');
    assert.equal(status, 1);
    assert.match(stderr, /\[SERVER_DEMO_EXPOSED\]/);
  });
});
