import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { askFirst, askingFirst, asksFirst, counted } from './ask-first.ts';
import { CommandContext } from './command-context.ts';
import { COMMANDS, loadCommands } from './command-table.ts';
import { makeProgram } from './program.ts';
import { recordTerminal, runAt, standIn } from './testing.ts';

/** A command that takes something away. */
interface Asking {
  /** Without `--yes`; `FILE` and `FOLDER` stand for a file and a folder of files that are there. */
  readonly words: string;
  readonly says: RegExp;
  /** What it asks the platform for once it may; the stand-in does not know it, and that it was asked for counts. */
  readonly at: string;
}

/** It writes where a file is already. */
const replaces = (words: string, at: string): Asking => ({ words, at, says: /there already and would be replaced/ });

/** Every command: what it takes away and asks about first, or why nothing goes with it or what brings it back. */
const WALK: Readonly<Record<string, string | readonly Asking[]>> = {
  demo: 'goes on with the data that are there',
  init: 'replaces no file',
  plan: 'shows',
  'policy check': 'shows',
  'policy schema': 'shows',
  'policy explain': 'shows',
  'policy who-can': 'shows',
  'policy diff': 'shows',
  'policy test': 'shows',
  apply: [
    {
      words: 'apply --template FILE',
      at: 'POST /v1/template/apply',
      says: /weakens protection\n {2}keep: longer\n.*do not come back\n.*\nclimate +2 +17/,
    },
  ],
  'template show': [replaces('template show --out FOLDER', 'GET /v1/template')],
  'template list': 'shows',
  proposals: 'shows',
  approve: [
    {
      words: 'approve one --digest abababababab',
      at: 'POST /v1/proposals/one/approve',
      says: /proposal one.*do not come back\n.*\nclimate +2 +17/,
    },
  ],
  reject: 'is proposed again',
  up: 'goes on with the data that are there',
  status: 'shows',
  'device enrol': [replaces('device enrol pump-9 --type pump --out FOLDER', 'POST /v1/devices')],
  'device token': 'ends by itself',
  'device expect': [
    {
      words: 'device expect --clear',
      at: 'POST /v1/expected-devices/remove',
      says: /1 device would be expected no more: pump-1 \(acme 17\)$/m,
    },
    {
      words: 'device expect --remove pump-1',
      at: 'POST /v1/expected-devices/remove',
      says: /pump-1 \(acme 17\)/,
    },
  ],
  'device list': 'shows',
  'device show': 'shows',
  'device disable': 'device enable',
  'device enable': 'device disable',
  'device revoke': [
    {
      words: 'device revoke truck-7',
      at: 'POST /v1/revocations',
      says: /1 device, 2 certificates would be taken back/,
    },
  ],
  'device confirm': 'device revoke; a list revokes here what its authority revoked already',
  'device set': 'is said again',
  'device posture': 'is said again',
  'device speaks-for': 'is said again',
  'ca list': 'shows',
  'ca rotate': 'authorities of before count on',
  'ca request': 'shows',
  'ca import': 'authorities of before count on; a list says what its root decided when it signed it',
  'ca retire': [
    {
      words: 'ca retire issuing 1',
      at: 'POST /v1/authorities/retire',
      says: /counting, of 2025, good until 2027/,
    },
  ],
  replay: 'adds',
  query: [replaces('query select --receipt FILE', 'POST /v1/query')],
  views: 'shows',
  'encrypted keys': 'replaces no file',
  'encrypted seal': 'shows',
  'encrypted sum': 'shows',
  features: [replaces('features climate --out FILE', 'GET /v1/views')],
  detect: [replaces('detect climate --out FILE', 'GET /v1/views')],
  hashing: 'shows',
  synth: [
    replaces('synth climate --rows 5 --out FILE', 'GET /v1/views'),
    replaces('synth climate --rows 5 --out FOLDER/none --report FILE', 'GET /v1/views'),
  ],
  'release ask': 'asks',
  'release list': 'shows',
  'release approve': 'takes nothing; what leaves is what was asked for, as it was weighed',
  'release export': [replaces('release export r1 --out FILE', 'GET /v1/releases/r1/rows')],
  privacy: 'shows',
  'dataset create': 'dataset delete',
  'dataset list': 'shows',
  'dataset show': 'shows',
  'dataset lineage': 'shows',
  'dataset read': 'shows',
  'dataset delete': [
    {
      words: 'dataset delete training',
      at: 'POST /v1/datasets/training/delete',
      says: /delete training@2\b.*: its 20 rows/,
    },
  ],
  'dataset credential': [replaces('dataset credential training --out FILE', 'POST /v1/datasets/training/credential')],
  detokenise: 'shows',
  tokenise: 'shows',
  'table load': [{ words: 'table load machines FILE', at: 'POST /v1/tables/machines', says: /the 4 rows that it has/ }],
  'user add': 'user disable',
  'user list': 'shows',
  'user invite': 'ends by itself',
  'user region': 'is said again',
  'user disable': 'user enable',
  'user enable': 'user disable',
  'user password': [
    {
      words: 'user password ada --password-file FILE',
      at: 'POST /v1/users/p1/password',
      says: /1 session would end/,
    },
  ],
  'user token': [{ words: 'user token p1', at: 'POST /v1/users/p1/token', says: /token that ada has/ }],
  'service add': [replaces('service add loader --role a --certificate --out FOLDER', 'POST /v1/services')],
  'service certificate': [replaces('service certificate ada --out FOLDER', 'POST /v1/services/p1/certificate')],
  'service signing-key add': 'service signing-key revoke',
  'service signing-key list': 'shows',
  'service signing-key revoke': [
    { words: 'service signing-key revoke k1', at: 'POST /v1/signing-keys/k1/revoke', says: /the key nightly/ },
  ],
  'service key add': 'service key revoke',
  'service key list': 'shows',
  'service key revoke': [
    {
      words: 'service key revoke k1',
      at: 'POST /v1/api-keys/k1/revoke',
      says: /the key nightly, enabled until 2027, last used never/,
    },
  ],
  'agent add': 'agent revoke',
  'agent list': 'shows',
  'agent revoke': [{ words: 'agent revoke k1', at: 'POST /v1/me/agents/k1/revoke', says: /the key nightly/ }],
  'session list': 'shows',
  'session revoke': [
    {
      words: 'session revoke s1',
      at: 'POST /v1/sessions/s1/revoke',
      says: /the session of ada from 192\.0\.2\.7 since 2026/,
    },
  ],
  login: [replaces('login ada --password-file FILE --out FILE', 'POST /v1/sign-in/password')],
  logout: 'login',
  whoami: 'shows',
  'keys list': 'shows',
  'keys rotate': [
    { words: 'keys rotate token boxes', at: 'POST /v1/keys/rotate', says: /boxes in another way.*join with nothing/ },
    {
      words: 'keys rotate gateway content-hash',
      at: 'POST /v1/keys/rotate',
      says: /send again is refused as a replay/,
    },
  ],
  'keys retire': [{ words: 'keys retire epoch', at: 'POST /v1/keys/retire', says: /version 3 would seal no more/ }],
  'keys destroy': [
    { words: 'keys destroy epoch --key-version 3', at: 'POST /v1/keys/destroy', says: /9 keys need it/ },
    { words: 'keys destroy epoch --key-version 3 --force', at: 'POST /v1/keys/destroy', says: /9 keys need it/ },
  ],
  'keys kit': 'kits of before open what they opened',
  'keys recover': 'takes the kit of the very key; the key stays, under a new passphrase',
  'keys move': 'keys move',
  alerts: 'shows',
  'alert show': 'shows',
  'alert confirm': 'another answer',
  'alert dismiss': 'another answer',
  'alert expect': 'another answer',
  'alert rules': 'shows',
  'alert window': 'alert revert',
  'alert revert': 'is said again',
  incidents: 'shows',
  incident: 'shows',
  webhooks: 'shows',
  baseline: 'shows',
  drift: 'shows',
  'retention plan': 'shows',
  'retention hold': 'retention release',
  'retention release': [
    {
      words: 'retention release h1',
      at: 'POST /v1/holds/h1/release',
      says: /hold h1.*do(es)? not come back\n.*\nclimate +2 +17/,
    },
  ],
  'retention holds': 'shows',
  'retention certificates': 'shows',
  'retention certificate': [replaces('retention certificate e1 --out FILE', 'GET /v1/erasures/e1')],
  'retention check-certificate': 'shows',
  'journal unread': 'shows',
  'journal discard': [
    {
      words: 'journal discard f1',
      at: 'POST /v1/journal/unread/f1/discard',
      says: /discard f1\b.*begun 2026.*would go unread.*cannot be had back/,
    },
  ],
  'transfer record': 'transfer end',
  'transfer list': 'shows',
  'transfer end': 'transfer record',
  collection: 'shows',
  'consent give': [replaces('consent give ada --stream climate --receipt FILE', 'POST /v1/consents')],
  'consent withdraw': 'is as easy as to give it (GDPR Article 7(3)), and is given again',
  'consent confirm': 'consent withdraw',
  'consent list': 'shows',
  'consent show': 'shows',
  'consent excluded': 'shows',
  'consent receipt': [replaces('consent receipt c1 --out FILE', 'GET /v1/consents/c1/receipt')],
  'consent check-receipt': 'shows',
  'consent keys': 'shows',
  'backup create': [
    {
      words: 'backup create --to /copies --take-over',
      at: 'POST /v1/backups',
      says: /take over \/copies\b.*another copy.* wrote there would go/,
    },
  ],
  'backup list': 'shows',
  'backup verify': 'shows',
  'backup restore': 'takes an empty folder only',
  'backup forget': [{ words: 'backup forget t1', at: 'POST /v1/backups/t1/forget', says: /\/copies/ }],
  'subject find': 'shows',
  'subject erase': [{ words: 'subject erase ada', at: 'POST /v1/subjects/erase', says: /erase ada\b.*: 5 things/ }],
  'subject rectify': [
    {
      words: 'subject rectify ada --stream trips --set speed=4',
      at: 'POST /v1/subjects/rectify',
      says: /correct ada\b.*: what speed of trips/,
    },
  ],
  'subject export': [replaces('subject export ada --out FOLDER', 'POST /v1/subjects/export')],
  'subject restrict': 'subject lift',
  'subject lift': 'subject restrict',
  'subject requests': 'shows',
  'subject request': 'shows',
  'subject certificate': [replaces('subject certificate q1 --out FILE', 'GET /v1/subject-requests/q1/certificate')],
  inventory: [
    replaces('inventory --html FILE', 'GET /v1/privacy/record.html'),
    replaces('inventory --notice FILE', 'GET /v1/privacy/notice.html'),
  ],
  'flows import': 'adds',
  'mud show': 'shows',
  'mud check': 'shows',
  'mud learn': 'shows',
  'mud export': 'shows',
  'advise encryption': 'shows',
  crypto: 'shows',
  'command send': 'another command',
  'quarantine list': 'shows',
  'quarantine show': 'shows',
  'audit verify': 'shows',
  'audit prove': [replaces('audit prove 3 --out FILE', 'GET /v1/audit/proof/3')],
  'audit check': 'shows',
  'audit tail': 'shows',
  'audit key': 'shows',
  'audit checkpoint': 'shows',
  'audit check-receipt': 'shows',
  witness: 'goes on with what it cosigned',
  prove: [
    replaces('prove --bundle FILE', 'POST /v1/prove'),
    replaces('prove --last --bundle FILE', 'GET /v1/prove/last'),
  ],
};

const KEY = { id: 'k1', user: 'p1', name: 'nightly', status: 'enabled', expires: '2027', lastUsed: null };
const GOES = [{ stream: 'climate', segments: 2, rows: 17 }];

/** What the platform would say of what is there. */
const STANDING = {
  'GET /v1/revocations/going?device=truck-7': { devices: 1, certificates: 2 },
  'GET /v1/authorities': {
    authorities: [{ role: 'issuing', generation: 1, state: 'counting', created: '2025', expires: '2027' }],
  },
  'GET /v1/expected-devices?limit=20000': {
    total: 2,
    devices: [
      { name: 'pump-1', manufacturer: 'acme', serial: '17', used: null },
      { name: 'pump-2', manufacturer: 'acme', serial: '18', used: '2026' },
    ],
  },
  'GET /v1/api-keys': { keys: [KEY] },
  'GET /v1/signing-keys': { keys: [KEY] },
  'GET /v1/me/agents': { agents: [KEY] },
  'GET /v1/sessions': { sessions: [{ id: 's1', user: 'p1', address: '192.0.2.7', created: '2026' }] },
  'GET /v1/users': { users: [{ id: 'p1', name: 'ada' }] },
  'GET /v1/tables/machines': { rows: 4 },
  'GET /v1/keys': { keys: [{ kind: 'epoch', name: '', version: 3, state: 'active', holds: 9 }] },
  'GET /v1/datasets/training': { dataset: { name: 'training', version: 2, rows: 20 } },
  'GET /v1/backups': { targets: [{ id: 't1', location: '/copies' }] },
  'GET /v1/holds/h1/going': { goes: GOES },
  'GET /v1/journal/unread': {
    files: [{ file: 'f1', reason: 'JOURNAL_KEY_UNKNOWN', offset: 96, bytes: 4_096, begun: '2026-01-01T00:00:00Z' }],
  },
  'GET /v1/proposals/one': { digest: 'ab'.repeat(32), goes: GOES },
  'POST /v1/subjects/find': {
    found: [{ where: 'segments', relation: 'trips', count: 5 }],
    backups: [],
    kept_nowhere: ['synthetic sets'],
  },
  'POST /v1/template/plan': {
    changes: [],
    currentName: 'a',
    weakens: true,
    weaknesses: [{ what: 'keep', explanation: 'longer' }],
    goes: GOES,
    approval: null,
    refused: false,
  },
};

/** What would be written is known once the platform has answered. */
const KNOWN_ONCE_THERE: readonly string[] = ['POST /v1/subjects/export', 'GET /v1/template'];

const TEMPLATE = 'template: 1\nname: a\n';

test('every command either takes nothing away, or asks first, says what goes, and does it once it may', async (t) => {
  const folder = await temporaryFolder(t);
  const [file, full] = [join(folder, 'given.yaml'), join(folder, 'full')];
  await mkdir(full);
  const there = [file, ...['device.key', 'service.key', 'export.json', 'weir.yaml'].map((name) => join(full, name))];
  for (const path of there) await writeFile(path, TEMPLATE);
  const platform = await standIn(t, {
    ...STANDING,
    'POST /v1/subjects/export': { relations: [] },
    'GET /v1/template': { path: 'weir.yaml', text: 'x', files: {} },
  });
  for (const { words, says, at } of Object.values(WALK).flatMap((entry) => (typeof entry === 'string' ? [] : entry))) {
    const asked = words.split(' ').map((word) => word.replace(/^FILE$/, file).replace(/^FOLDER/, full));
    const add = await COMMANDS.get(asked[0]!)!();
    const run = async (typed: string | undefined, ...more: string[]) => {
      const [terminal, before] = [recordTerminal(false, typed), platform.heard.length];
      const error = await runAt(terminal, add, ...asked, ...more, '--data', platform.data).then(
        () => null,
        (cause: unknown) => cause as Error & { code: string; hint?: string },
      );
      const heard = platform.heard.slice(before).map(({ route }) => route);
      return { error, heard, said: `${error?.message}\n${terminal.printed().err}` };
    };
    for (const typed of [undefined, 'no', '']) {
      const { error, heard, said } = await run(typed);
      assert.equal(error?.code, 'CLI_UNCONFIRMED', `${words}: ${error?.message}`);
      assert.match(said, says, words);
      if (typed === undefined) assert.match(error.hint ?? '', / -- .* --yes`$/, words);
      if (!KNOWN_ONCE_THERE.includes(at)) assert.ok(!heard.includes(at), `${words} did it unasked`);
      for (const path of there) assert.equal(await readFile(path, 'utf8'), TEMPLATE, words);
    }
    for (const [typed, ...yes] of [[undefined, '--yes'], ['yes']] as const) {
      const { error, heard } = await run(typed, ...yes);
      assert.notEqual(error?.code, 'CLI_UNCONFIRMED', words);
      assert.equal(heard.at(-1), at, `${words}: ${error?.message}`);
      for (const path of there) await writeFile(path, TEMPLATE);
    }
  }
});

test('every command stands in the walk, and those that ask are those that take --yes', async () => {
  const program = makeProgram(recordTerminal(), await loadCommands(undefined));
  const all = named(program);
  assert.deepEqual(all.map(({ name }) => name).sort(), Object.keys(WALK).sort());
  for (const { name, command } of all) {
    assert.equal(asksFirst(command), typeof WALK[name] !== 'string', name);
    assert.equal(command.options.filter(({ long }) => long === '--yes').length, asksFirst(command) ? 1 : 0, name);
  }
});

test('askFirst() ends with the words that do it, goes on at a yes, and asks nobody for JSON', async () => {
  const words = ['device', 'revoke', 'truck-7'];
  const asked = (typed?: string, json = false) => {
    const terminal = recordTerminal(true, typed);
    const context = new CommandContext(terminal, { json }, words);
    return { terminal, over: askFirst(context, { deed: 'revoke a', goes: '1 thing\u001b', advice: 'Wait' }) };
  };
  const hint = 'Wait. Do it all the same with `npm run -s weir -- device revoke truck-7 --yes`';
  for (const { over } of [asked(), asked('yes', true)]) {
    await assert.rejects(over, { code: 'CLI_UNCONFIRMED', message: 'Cannot revoke a unasked: 1 thing\u001b', hint });
  }
  const { terminal, over } = asked(' Yes');
  await over;
  assert.equal(terminal.printed().err, 'weir: about to revoke a: 1 thing\\x1b\nWait\ntype yes to do it:  Yes\n');
  for (const typed of ['', 'y', 'no', 'yes please']) {
    await assert.rejects(asked(typed).over, { code: 'CLI_UNCONFIRMED', message: /nothing was done$/ });
  }
});

test('askingFirst() marks a command, and counted() puts a number before its noun', () => {
  const program = makeProgram(recordTerminal(), []);
  const [plain, marked] = [program.command('a'), askingFirst(program.command('b'))];
  assert.deepEqual([asksFirst(plain), asksFirst(marked)], [false, true]);
  assert.deepEqual([counted(1, 'row'), counted(0, 'row')], ['1 row', '0 rows']);
});

/** Every command that does something, by the words that name it. */
function named(command: Command, before: readonly string[] = []): { name: string; command: Command }[] {
  return command.commands.flatMap((inner) => {
    const words = [...before, inner.name()];
    return inner.commands.length > 0 ? named(inner, words) : [{ name: words.join(' '), command: inner }];
  });
}
