import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEvent } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { closedStreams, logApplication, TemplateService } from './template-service.ts';
import { TemplateVersions } from './template-versions.ts';

const yaml = (field: string): string =>
  `template: 1\nname: t\ndevices: { d: {} }\nstreams: { s: { from: d, fields: { x: ${field} } } }\n`;
const FIRST = yaml('{ type: number, range: [0, 1] }');
const WIDER = yaml('{ type: number, range: [0, 2] }');
const OTHER_TYPE = yaml('{ type: text }');
const sourceOf = (text: string) => ({ path: 'weir.yaml', text, files: {} });

interface Faults {
  check?: Error | undefined;
  log?: Error | undefined;
  publish?: Error | undefined;
}

/** A service over real versions that notes its steps in order. */
async function open(t: Cleanable) {
  const { catalogue, keys } = await openKeys(t);
  const versions = await TemplateVersions.open(catalogue, await keys.rowSealer('people'), frozenClock());
  await versions.apply(makeTemplate(FIRST), sourceOf(FIRST), 'weir:control');
  const steps: string[] = [];
  const events: AuditEvent[] = [];
  const faults: Faults = {};
  const step = (name: keyof Faults): void => {
    const fault = faults[name];
    if (fault !== undefined) throw fault;
    steps.push(`${name} ${versions.all().length}`);
  };
  const service = new TemplateService({
    versions,
    audit: {
      append: async (event) => {
        step('log');
        return { index: events.push(event) - 1 };
      },
    },
    packageFile: () => null,
    check: async () => step('check'),
    segments: async () => [],
    publish: async () => step('publish'),
  });
  return { service, versions, steps, events, faults };
}

test('TemplateService.plan() says what would change and changes nothing', async (t) => {
  const { service, steps } = await open(t);
  const { current } = service;
  const plan = await service.plan(sourceOf(WIDER));
  assert.deepEqual([plan.current, plan.digest], [current.digest, makeTemplate(WIDER).digest]);
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
  const plan = await service.apply(sourceOf(WIDER), 'person:a');
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
    await assert.rejects(service.apply(sourceOf(text), 'person:a'), expected);
    assert.equal(service.current.digest, digest);
    assert.equal(versions.all().length, 1);
  }
  assert.ok(!steps.some((step) => step.startsWith('publish')));
});

test('TemplateService.apply() names the refused change and how to go on', async (t) => {
  const { service } = await open(t);
  await assert.rejects(service.apply(sourceOf(OTHER_TYPE), 'person:a'), {
    code: 'API_TEMPLATE_REFUSED',
    message: /streams\.s\.fields\.x\.type: the type of a field cannot change/,
    hint: /Undo/,
  });
});

test('TemplateService.apply() does nothing for the version that is in force', async (t) => {
  const { service, steps, events } = await open(t);
  const plan = await service.apply(sourceOf(`# a remark\n${FIRST}`), 'person:a');
  assert.deepEqual([plan.changes, plan.digest], [[], plan.current]);
  assert.deepEqual([steps, events], [[], []]);
});

test('TemplateService.apply() publishes again a version that did not take effect everywhere', async (t) => {
  const { service, steps, faults, events } = await open(t);
  faults.publish = new Error('the gateway has ended');
  await assert.rejects(service.apply(sourceOf(WIDER), 'person:a'), /has ended/);
  assert.equal(service.current.digest, makeTemplate(WIDER).digest);
  delete faults.publish;
  for (let i = 0; i < 2; i++) await service.apply(sourceOf(WIDER), 'person:a');
  assert.deepEqual(steps, ['check 1', 'log 1', 'publish 2']);
  assert.equal(events.length, 1);
});

test('TemplateService.apply() takes proposals one after the other, and goes on after a failure', async (t) => {
  const { service, steps } = await open(t);
  const results = await Promise.allSettled([
    service.apply(sourceOf(WIDER), 'person:a'),
    service.apply(sourceOf(OTHER_TYPE), 'person:b'),
    service.apply(sourceOf(FIRST), 'person:c'),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(steps, ['check 1', 'log 1', 'publish 2', 'check 2', 'log 2', 'publish 2']);
  assert.equal(service.current.digest, makeTemplate(FIRST).digest);
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
