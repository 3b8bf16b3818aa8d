import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { requireProgram } from '../support/outside.ts';
import { Workplace } from './cli-harness.ts';

const run = promisify(execFile);

test('help lists every command, and wrong words are refused with a hint', async (t) => {
  const place = await Workplace.make(t);
  const help = await place.done('--help');
  for (const name of [
    'demo',
    'init',
    'plan',
    'apply',
    'up',
    'status',
    'device',
    'replay',
    'query',
    'views',
    'table',
    'user',
    'command',
    'quarantine',
    'audit',
    'witness',
    'prove',
  ]) {
    assert.match(help, new RegExp(`^  ${name}\\b`, 'm'), name);
  }
  const wrong = await place.weir('statsu');
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /Did you mean status/);
  assert.match(await place.done('--version'), /^\d+\.\d+\.\d+\n$/);
  const nothing = await place.weir('status');
  assert.equal(nothing.status, 1);
  assert.match(nothing.stderr, /\[CLI_NO_PLATFORM\]\nhint: .*npm start/);
  const json = await place.weir('status', '--json');
  assert.equal((JSON.parse(json.stderr) as { error: { code: string } }).error.code, 'CLI_NO_PLATFORM');
});

test('commands of an operator', async (t) => {
  const place = await Workplace.make(t);
  await place.init('factory');
  await using platform = await place.up();
  const code = async (...words: readonly string[]): Promise<string> => {
    const { status, stderr } = await place.weir(...words);
    assert.notEqual(status, 0, words.join(' '));
    return /\[([A-Z_]+)\]/.exec(stderr)?.[1] ?? stderr;
  };

  await t.test('status says how it is', async () => {
    const text = await place.done('status');
    assert.match(text, /^template +trial [0-9a-f]{12}$/m);
    assert.match(text, /^readings +0 admitted, 0 doubled, 0 per second$/m);
  });

  await t.test('device enrol writes a credential and commands that work as they are printed', async () => {
    const curl = requireProgram(t, 'curl');
    const mosquitto = requireProgram(t, 'mosquitto_pub');
    const made = await place.json<{ hints: { curl: string; mosquitto: string } }>(
      'device',
      'enrol',
      'pump-1',
      '--type',
      'pump',
    );
    assert.equal(statSync(place.path('pump-1/device.key')).mode & 0o777, 0o600);
    const handed = JSON.parse(readFileSync(place.path('pump-1/advice.json'), 'utf8')) as { parts: unknown };
    const advised = await place.json<{ types: { advice: { parts: unknown } }[] }>(
      'advise',
      'encryption',
      '--type',
      'pump',
    );
    assert.deepEqual(handed.parts, advised.types[0]?.advice.parts);
    for (const [program, hint] of [
      [curl, made.hints.curl],
      [mosquitto, made.hints.mosquitto],
    ] as const) {
      const line = hint.replace(/^\S+/, `'${program}'`);
      await run('sh', ['-c', line], { cwd: place.folder });
    }
    for (let tries = 0; ; tries++) {
      const { rows } = await place.json<{ rows: { n: number }[] }>(
        'query',
        `select count(*) as n from pump where device = 'pump-1'`,
      );
      if (rows[0]?.n === 2) break;
      assert.ok(tries < 100, JSON.stringify(rows));
      await sleep(100);
    }
    assert.equal(await code('device', 'enrol', 'pump-1', '--type', 'pump'), 'IDENTITY_DEVICE_EXISTS');
    assert.equal(await code('device', 'enrol', 'pump-2', '--type', 'rocket'), 'IDENTITY_TYPE_INVALID');
    assert.equal(await code('device', 'enrol', 'pump-2', '--type', 'pump', '--days', 'many'), 'CLI_USAGE');
    assert.ok(!existsSync(place.path('pump-2')));
  });

  await t.test('device list, show, disable, enable, speaks-for', async () => {
    await place.done('device', 'enrol', 'plc-1', '--type', 'plc', '--out', 'keys-of-plc');
    assert.ok(existsSync(place.path('keys-of-plc/device.crt')));
    assert.match(await place.done('device', 'list'), /^plc-1 +plc +enabled/m);
    assert.equal(await place.done('device', 'disable', 'plc-1'), 'plc-1 is disabled\n');
    assert.match(await place.done('device', 'show', 'plc-1'), /^status +disabled$/m);
    assert.equal(await place.done('device', 'enable', 'plc-1'), 'plc-1 is enabled\n');
    assert.equal(await place.done('device', 'speaks-for', 'plc-1', 'pump', 'valve'), 'plc-1 speaks for pump, valve\n');
    assert.equal(await place.done('device', 'speaks-for', 'plc-1', '-'), 'plc-1 speaks for nobody\n');
    assert.notEqual(await code('device', 'speaks-for', 'pump-1', 'plc'), '');
    assert.equal(await code('device', 'show', 'nobody'), 'IDENTITY_DEVICE_UNKNOWN');
  });

  await t.test('user add, list, token, disable; a person sees what their role gives', async () => {
    const token = (await place.done('user', 'add', 'ann', '--role', 'scientist')).trim();
    await writeFile(place.path('ann'), token, { mode: 0o600 });
    const as = ['--token-file', 'ann', '--purpose', 'maintenance'];
    assert.match(await place.done('query', 'select count(*) as n from pump', ...as), /^n\s*\n-+\s*\n\s*2\s*$/);
    assert.equal(await code('status', '--token-file', 'ann'), 'POLICY_DENIED');
    const [person] = (await place.json<{ id: string; name: string }[]>('user', 'list')).filter(
      ({ name }) => name === 'ann',
    );
    const fresh = (await place.done('user', 'token', person?.id ?? '', '--yes')).trim();
    assert.equal(await code('query', 'select 1', ...as), 'API_UNAUTHENTICATED');
    await writeFile(place.path('ann'), fresh, { mode: 0o600 });
    await place.done('query', 'select count(*) from pump', ...as);
    await place.done('user', 'disable', person?.id ?? '');
    assert.equal(await code('query', 'select 1', ...as), 'API_UNAUTHENTICATED');
    assert.equal(await code('user', 'add', 'bob', '--role', 'king'), 'IDENTITY_ROLE_INVALID');
    assert.equal(await code('query', 'select 1', '--token-file', 'none'), 'CLI_NO_CREDENTIAL');
  });

  await t.test('table load takes CSV and NDJSON, and the rows can be joined', async () => {
    await writeFile(place.path('machines.csv'), 'device,line,serviced\npump-1,north,2024-05-01T00:00:00Z\n');
    assert.equal(await place.done('table', 'load', 'machines', 'machines.csv'), 'machines now has 1 rows\n');
    const joined = 'select line, count(*) as n from pump join machines using (device) group by line';
    assert.deepEqual((await place.json<{ rows: unknown }>('query', joined)).rows, [{ line: 'north', n: 2 }]);
    await writeFile(place.path('machines.ndjson'), '{"device":"pump-1","line":"south"}\n{"device":"p","line":"x"}\n');
    assert.equal(await code('table', 'load', 'machines', 'machines.ndjson'), 'CLI_UNCONFIRMED');
    const replaced = await place.done('table', 'load', 'machines', 'machines.ndjson', '--yes');
    assert.equal(replaced, 'machines now has 2 rows\n');
    assert.equal(await code('table', 'load', 'nothing', 'machines.csv'), 'POLICY_DENIED');
    assert.equal(await code('table', 'load', 'machines', 'none.csv'), 'CLI_FILE_UNREADABLE');
  });

  await t.test('query answers in every format, takes parameters and files, and refuses what is no view', async () => {
    const sql = 'select device, count(*) as n from pump group by device';
    assert.equal(await place.done('query', sql, '--format', 'csv'), 'device,n\r\npump-1,2\r\n');
    assert.equal(await place.done('query', sql, '--format', 'ndjson'), '{"device":"pump-1","n":2}\n');
    for (const format of ['arrow', 'parquet']) {
      const out = await run(process.execPath, [mainOf(), 'query', sql, '--format', format], {
        cwd: place.folder,
        encoding: 'buffer',
      });
      assert.ok(out.stdout.length > 200, format);
      if (format === 'parquet') assert.equal(out.stdout.subarray(0, 4).toString('latin1'), 'PAR1');
    }
    await writeFile(place.path('ask.sql'), 'select $1 as a, $2 as b');
    const { rows } = await place.json<{ rows: unknown }>('query', '--file', 'ask.sql', '--parameter', '5', 'x y');
    assert.deepEqual(rows, [{ a: 5, b: 'x y' }]);
    assert.equal(await code('query', `select * from read_text('/etc/passwd')`), 'QUERY_REFUSED');
    assert.equal(await code('query', sql, '--format', 'xml'), 'CLI_USAGE');
    assert.equal(await code('query'), 'CLI_USAGE');
    assert.match(await place.done('views'), /^pump +pressure +DOUBLE +bar +operational +maintenance,process$/m);
  });

  await t.test('quarantine shows what was refused, control bytes escaped', async () => {
    const curl = requireProgram(t, 'curl');
    const { ports } = JSON.parse(await readFile(place.path('weir-data/run/address.json'), 'utf8')) as {
      ports: { https: number };
    };
    const tls = ['--cacert', 'pump-1/ca.crt', '--cert', 'pump-1/device.crt', '--key', 'pump-1/device.key'];
    const valve = '{"position": "\\u001b[31m"}';
    await place.done('device', 'enrol', 'valve-1', '--type', 'valve');
    const own = tls.map((word) => word.replace('pump-1', 'valve-1'));
    await run(
      curl,
      [
        '-s',
        ...own,
        '-H',
        'content-type: application/json',
        '-d',
        valve,
        `https://localhost:${ports.https}/v1/streams/valve`,
      ],
      { cwd: place.folder },
    );
    let kept: { id: string; reason: string; device: string }[] = [];
    for (let tries = 0; kept.length === 0 && tries < 100; tries++) {
      kept = await place.json('quarantine', 'list', '--device', 'valve-1');
      await sleep(100);
    }
    assert.deepEqual(
      kept.map(({ device, reason }) => [device, reason]),
      [['valve-1', 'schema-type']],
    );
    const shown = await place.done('quarantine', 'show', kept[0]?.id ?? '');
    assert.match(shown, /valve-1 valve .*schema-type/);
    assert.ok(!shown.includes('\u001b'), JSON.stringify(shown));
    assert.equal(await code('quarantine', 'show', 'nothing'), 'API_READING_UNKNOWN');
    assert.equal(await code('quarantine', 'list', '--limit', 'x'), 'CLI_USAGE');
  });

  await t.test('command send reaches the device', async () => {
    const listen = requireProgram(t, 'mosquitto_sub');
    const { ports } = JSON.parse(await readFile(place.path('weir-data/run/address.json'), 'utf8')) as {
      ports: { mqtt: number };
    };
    const words = [
      '-V',
      '5',
      '-h',
      'localhost',
      '-p',
      String(ports.mqtt),
      '--cafile',
      'pump-1/ca.crt',
      '--cert',
      'pump-1/device.crt',
      '--key',
      'pump-1/device.key',
      '-q',
      '1',
      '-t',
      'commands/pump-1/#',
      '-C',
      '1',
      '-W',
      '120',
      '-v',
    ];
    assert.match(await place.done('command', 'send', 'pump-1', 'rate', '5', '--retain'), /^command \w+ is sent\n$/);
    const { stdout } = await run(listen, words, { cwd: place.folder });
    assert.equal(stdout, 'commands/pump-1/rate 5\n');
    assert.equal(await code('command', 'send', 'nobody', 'rate', '5'), 'API_COMMAND_INVALID');
  });
  assert.equal(platform.child.exitCode, null);
});

function mainOf(): string {
  return new URL('../../src/run/cli/main.ts', import.meta.url).pathname;
}
