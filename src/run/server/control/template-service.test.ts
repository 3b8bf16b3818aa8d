import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { ProposalBook } from './proposal-book.ts';
import type { ProposalActor } from './proposal-book.ts';
import { closedStreams, logApplication, TemplateService } from './template-service.ts';
import { TemplateVersions } from './template-versions.ts';

const yaml = (field: string): string =>
  `template: 1\nname: t\ndevices: { d: {} }\nstreams: { s: { from: d, fields: { x: ${field} } } }\n`;
const FIRST = yaml('{ type: number, range: [0, 1] }');
const WIDER = yaml('{ type: number, range: [0, 2] }');
const OTHER_TYPE = yaml('{ type: text }');
const sourceOf = (text: string) => ({ path: 'weir.yaml', text, files: {} });

const by = (id: string): ProposalActor => ({
  actor: `person:${id}`,
  subject: { id, kind: 'person', roles: ['keeper'], standing: 'good', deviceType: null },
});

interface Faults {
  /** Who may propose no more. */
  gone?: string;
  check?: Error | undefined;
  log?: Error | undefined;
  publish?: Error | undefined;
}

/** A service over real versions that notes its steps in order. */
async function open(t: Cleanable, first = FIRST) {
  const { catalogue, keys } = await openKeys(t);
  const versions = await TemplateVersions.open(catalogue, await keys.rowSealer('people'), frozenClock());
  await versions.apply(makeTemplate(first), sourceOf(first), 'weir:control');
  const steps: string[] = [];
  const events: AuditEvent[] = [];
  const faults: Faults = {};
  const step = (name: Exclude<keyof Faults, 'gone'>): void => {
    const fault = faults[name];
    if (fault !== undefined) throw fault;
    steps.push(`${name} ${versions.all().length}`);
  };
  const audit = {
    append: async (event: AuditEvent) => {
      step('log');
      return { index: events.push(event) - 1 };
    },
  };
  const clock = frozenClock();
  const sealer = await keys.rowSealer('people');
  const proposals = await ProposalBook.open({ catalogue, sealer, audit, clock, random: seededRandom(1) });
  const service = new TemplateService({
    versions,
    audit,
    decisions: new DecisionPoint(),
    proposals,
    mayPropose: async ({ actor }) => faults.gone !== actor,
    packageFile: () => null,
    check: async () => step('check'),
    going: async () => [{ stream: 'climate', segments: 1, rows: 2 }],
    segments: async () => [],
    publish: async () => step('publish'),
  });
  return { service, versions, steps, events, faults, proposals, clock };
}

test('TemplateService.plan() says what would change and changes nothing', async (t) => {
  const { service, steps } = await open(t);
  const { current } = service;
  const plan = await service.plan(sourceOf(WIDER));
  assert.deepEqual([plan.current, plan.currentName, plan.digest], [current.digest, 't', makeTemplate(WIDER).digest]);
  assert.deepEqual(
    plan.changes.map(({ path, effect }) => [path, effect]),
    [['streams.s.fields.x.range', 'weakens']],
  );
  assert.deepEqual([plan.refused, plan.weakens], [false, true]);
  assert.equal(service.current, current);
  assert.deepEqual(steps, []);
});

test('TemplateService.apply() checks, logs, stores and publishes, in this order', async (t) => {
  const { service, steps, events } = await open(t);
  const plan = await service.apply(sourceOf(WIDER), by('a'));
  assert.equal(service.current.digest, plan.digest);
  assert.deepEqual(steps, ['check 1', 'log 1', 'publish 2']);
  assert.deepEqual(events, [
    {
      actor: 'person:a',
      action: 'apply-template',
      resource: `template:${plan.digest}`,
      outcome: 'done',
      digest: plan.digest,
      detail: { name: 't', changes: 1, weakens: true },
    },
  ]);
});

test('TemplateService.apply() keeps what runs wherever a step before the store refuses', async (t) => {
  const { service, steps, faults, versions } = await open(t);
  const { digest } = service.current;
  const cases: [string, Faults, RegExp | { code: string }][] = [
    ['streams: {', {}, { code: 'SERVER_TEMPLATE_INVALID' }],
    [OTHER_TYPE, {}, { code: 'API_TEMPLATE_REFUSED' }],
    [WIDER, { check: new Error('a view does not pass') }, /does not pass/],
    [WIDER, { log: new Error('the log is full') }, /the log is full/],
  ];
  for (const [text, fault, expected] of cases) {
    Object.assign(faults, { check: undefined, log: undefined }, fault);
    await assert.rejects(service.apply(sourceOf(text), by('a')), expected);
    assert.equal(service.current.digest, digest);
    assert.equal(versions.all().length, 1);
  }
  assert.ok(!steps.some((step) => step.startsWith('publish')));
});

test('TemplateService.apply() names the refused change and how to go on', async (t) => {
  const { service } = await open(t);
  await assert.rejects(service.apply(sourceOf(OTHER_TYPE), by('a')), {
    code: 'API_TEMPLATE_REFUSED',
    message: /streams\.s\.fields\.x\.type: the type of a field cannot change/,
    hint: /Undo/,
  });
});

test('TemplateService.apply() does nothing for the version that is in force', async (t) => {
  const { service, steps, events } = await open(t);
  const plan = await service.apply(sourceOf(`# a remark\n${FIRST}`), by('a'));
  assert.deepEqual([plan.changes, plan.digest], [[], plan.current]);
  assert.deepEqual([steps, events], [[], []]);
});

test('TemplateService.apply() publishes again a version that did not take effect everywhere', async (t) => {
  const { service, steps, faults, events } = await open(t);
  faults.publish = new Error('the gateway has ended');
  await assert.rejects(service.apply(sourceOf(WIDER), by('a')), /has ended/);
  assert.equal(service.current.digest, makeTemplate(WIDER).digest);
  delete faults.publish;
  for (let i = 0; i < 2; i++) await service.apply(sourceOf(WIDER), by('a'));
  assert.deepEqual(steps, ['check 1', 'log 1', 'publish 2']);
  assert.equal(events.length, 1);
});

test('TemplateService.apply() takes proposals one after the other, and goes on after a failure', async (t) => {
  const { service, steps } = await open(t);
  const results = await Promise.allSettled([
    service.apply(sourceOf(WIDER), by('a')),
    service.apply(sourceOf(OTHER_TYPE), by('b')),
    service.apply(sourceOf(FIRST), by('c')),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(steps, ['check 1', 'log 1', 'publish 2', 'check 2', 'log 2', 'publish 2']);
  assert.equal(service.current.digest, makeTemplate(FIRST).digest);
});

const GUARDED = (field: string, more = ''): string =>
  `${yaml(field)}approval: { within: 1h }\npeople: { keeper: { may: [administer, approve] } }\n${more}`;
const STRICT = GUARDED('{ type: number, range: [0, 1] }');
const LAX = GUARDED('{ type: number, range: [0, 2] }');

test('TemplateService.apply() leaves a proposal where a change weakens and a second person is asked', async (t) => {
  const { service, steps, events, proposals } = await open(t, STRICT);
  const { digest } = service.current;
  const applied = await service.apply(sourceOf(LAX), by('a'));
  assert.equal(service.current.digest, digest);
  const [waiting] = await proposals.list();
  assert.deepEqual(
    [waiting?.id, waiting?.state, waiting?.digest],
    [applied.proposal?.id, 'waiting', applied.proposal?.digest],
  );
  assert.deepEqual(
    events.map(({ actor, action, digest: about }) => [actor, action, about]),
    [['person:a', 'propose-template', applied.proposal?.digest]],
  );
  assert.ok(!steps.some((step) => step.startsWith('publish')));
  // What strengthens waits for nobody.
  const stricter = await service.apply(sourceOf(GUARDED('{ type: number, range: [0, 0.5] }')), by('a'));
  assert.deepEqual([stricter.proposal, service.current.digest], [null, stricter.digest]);
  assert.equal((await proposals.list())[0]?.state, 'overtaken');
});

test('TemplateService.approve() puts in force what was shown, and logs each step before', async (t) => {
  const { service, events, proposals } = await open(t, STRICT);
  const { proposal, digest } = await service.apply(sourceOf(LAX), by('a'));
  assert.ok(proposal !== null);
  await assert.rejects(service.approve(proposal.id, 'ab'.repeat(32), by('b')), { code: 'API_PROPOSAL_CONFLICT' });
  await assert.rejects(service.approve('none', proposal.digest, by('b')), { code: 'API_PROPOSAL_UNKNOWN' });
  assert.deepEqual(await service.goingWith(proposal.id), [{ stream: 'climate', segments: 1, rows: 2 }]);
  await service.approve(proposal.id, proposal.digest, by('b'));
  await assert.rejects(service.goingWith(proposal.id), { code: 'API_PROPOSAL_SPENT' });
  assert.equal(service.current.digest, digest);
  assert.deepEqual(
    events.map(({ actor, action }) => [actor, action]),
    [
      ['person:a', 'propose-template'],
      ['person:b', 'approve-template'],
      ['person:b', 'apply-template'],
    ],
  );
  const found = await proposals.find(proposal.id);
  assert.deepEqual([found.state, found.decidedBy], ['approved', 'person:b']);
  await assert.rejects(service.approve(proposal.id, proposal.digest, by('c')), { code: 'API_PROPOSAL_SPENT' });
});

test('TemplateService.approve() takes nothing that is late, rejected, replaced, or by somebody who is gone', async (t) => {
  const { service, proposals, clock, faults } = await open(t, STRICT);
  const propose = async (text: string, who: string) => {
    const { proposal } = await service.apply(sourceOf(text), by(who));
    return proposal ?? assert.fail('it waits for nobody');
  };
  const { digest } = service.current;
  const refused = (id: string, shown: string, code: string) =>
    assert.rejects(service.approve(id, shown, by('b')), { code });
  const first = await propose(LAX, 'a');
  const other = await propose(LAX, 'd');
  const second = await propose(LAX, 'a');
  await refused(first.id, first.digest, 'API_PROPOSAL_SPENT');
  await service.reject(other.id, 'too wide', by('b'));
  await refused(other.id, other.digest, 'API_PROPOSAL_SPENT');
  faults.gone = 'person:a';
  await refused(second.id, second.digest, 'API_PROPOSAL_CONFLICT');
  delete faults.gone;
  clock.advance(hours(1));
  await refused(second.id, second.digest, 'API_PROPOSAL_SPENT');
  await service.settle();
  const states = new Map((await proposals.list()).map(({ id, state, reason }) => [id, [state, reason]]));
  assert.deepEqual(
    [first, other, second].map(({ id }) => states.get(id)),
    [
      ['replaced', null],
      ['rejected', 'too wide'],
      ['expired', null],
    ],
  );
  assert.equal(service.current.digest, digest);
});

test('TemplateService.approve() wants a proposal against an older version made anew', async (t) => {
  const { service } = await open(t, STRICT);
  const one = await service.apply(sourceOf(LAX), by('a'));
  const two = await service.apply(sourceOf(GUARDED('{ type: number, range: [0, 3] }')), by('b'));
  assert.ok(one.proposal !== null && two.proposal !== null);
  await service.approve(one.proposal.id, one.proposal.digest, by('b'));
  await assert.rejects(service.approve(two.proposal.id, two.proposal.digest, by('a')), { code: 'API_PROPOSAL_SPENT' });
});

test('TemplateService.approve() leaves a proposal waiting where its approval cannot be logged', async (t) => {
  const { service, faults } = await open(t, STRICT);
  const { proposal, digest } = await service.apply(sourceOf(LAX), by('a'));
  assert.ok(proposal !== null);
  faults.log = new Error('the log is full');
  await assert.rejects(service.approve(proposal.id, proposal.digest, by('b')), /the log is full/);
  assert.notEqual(service.current.digest, digest);
  delete faults.log;
  await service.approve(proposal.id, proposal.digest, by('b'));
  assert.equal(service.current.digest, digest);
});

const UNENFORCED = makeTemplate(`
devices: { d: { boot: measured } }
streams:
  held: { from: d, fields: { x: { type: number } } }
  accepted: { from: d, unenforced: accept, fields: { x: { type: number } } }
`);

test('logApplication() logs each stream whose protections are not in force, and whether that was accepted', async () => {
  const events: AuditEvent[] = [];
  const audit = { append: async (event: AuditEvent) => ({ index: events.push(event) - 1 }) };
  await logApplication(audit, UNENFORCED, 'person:a', 0, false);
  assert.deepEqual(
    events.slice(1).map(({ action, resource, outcome, detail }) => [action, resource, outcome, detail]),
    [
      ['accept-unenforced', 'stream:held', 'denied', { protections: 'boot' }],
      ['accept-unenforced', 'stream:accepted', 'allowed', { protections: 'boot' }],
    ],
  );
});

test('closedStreams() holds the streams whose missing protections nobody accepted', () => {
  const closed = (template: Template): string[] => [...closedStreams(template)];
  assert.deepEqual(closed(UNENFORCED), ['held']);
  assert.deepEqual(closed(makeTemplate(FIRST)), []);
});
