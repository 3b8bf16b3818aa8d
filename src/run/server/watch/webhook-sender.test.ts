import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import type { Webhook } from '#declare/template/index.ts';
import type { Finding } from '#watch/detect/index.ts';
import { AlertBook, RuleBook, WATCH_SCHEMA } from '#watch/respond/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys, recordAudit } from '../../../../test/support/open-trust.ts';
import { receiverOfTheDocs } from '../../../../test/support/webhook-receiver.ts';
import { postWebhook } from './post-webhook.ts';
import { WEBHOOK_SCHEMA, WebhookBook } from './webhook-book.ts';
import { WebhookSender } from './webhook-sender.ts';
import { Webhooks } from './webhooks.ts';

function findingOf(parts: Partial<Finding> = {}): Finding {
  const { device = 'truck-3', stream = 'climate' } = parts;
  return {
    id: `${device} ${stream}`,
    device,
    stream,
    detectors: [{ name: 'robust-z', score: 12, limit: 8, readings: 1 }],
    start: 1_000,
    end: 1_000,
    open: true,
    severity: 'medium',
    budget: null,
    baseline: null,
    causes: [],
    nearest: null,
    evidence: [],
    sentence: `${device} was unlike itself`,
    ...parts,
  };
}

const SECRET = Buffer.alloc(32, 3).toString('base64');

interface Heard {
  readonly id: string;
  readonly type: string;
  readonly alert: string;
  readonly verified: boolean;
}

/** A receiver that verifies as the page about webhooks shows it, and answers what is put there. */
async function receiver(t: TestContext) {
  const heard: Heard[] = [];
  const answers: number[] = [];
  const verify = await receiverOfTheDocs();
  const server = createServer((request, response) => {
    void Array.fromAsync(request as AsyncIterable<Buffer>).then((parts) => {
      const body = Buffer.concat(parts).toString();
      const { type, data } = JSON.parse(body) as { type: string; data: { id: string } };
      const verified = verify(request.headers, body, `whsec_${SECRET}`);
      heard.push({ id: String(request.headers['webhook-id']), type, alert: data.id, verified });
      response.writeHead(answers.shift() ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { heard, answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function world(t: TestContext) {
  const { catalogue, keys } = await openKeys(t);
  await catalogue.migrate(WATCH_SCHEMA);
  await catalogue.migrate(WEBHOOK_SCHEMA);
  const audit = recordAudit();
  const clock = systemClock;
  const sealer = await keys.rowSealer('people');
  const rules = await RuleBook.open({ catalogue, sealer, audit, clock });
  const alerts = await AlertBook.open({ catalogue, sealer, audit, clock, rules });
  const book = new WebhookBook(catalogue, sealer, clock);
  const parts = {
    book,
    alerts,
    audit,
    clock,
    random: systemRandom,
    log: silentLog,
    readFile: async () => `whsec_${SECRET}`,
    mayBeSent: (stream: string | null, { region }: Webhook) => stream !== 'stays' || region !== 'us',
    post: postWebhook,
    delay: () => 10,
  };
  return { alerts, audit, book, parts };
}

const hook = (url: string, more: Partial<Webhook> = {}): Webhook => ({
  name: 'soc',
  url,
  secret: 'soc.secret',
  severity: 'low',
  network: 'public',
  authority: null,
  ...more,
});

test('a webhook gets each alert signed, at least once, in order, with one id however often it is tried', async (t) => {
  const { heard, answers, url } = await receiver(t);
  const { alerts, audit, book, parts } = await world(t);
  // What was raised before there was a webhook is not sent.
  await alerts.raise([findingOf({ device: 'truck-1' })]);
  const first = await WebhookSender.start({ ...parts, webhook: hook(url) });
  answers.push(500, 503);
  const [told] = await alerts.raise([findingOf({ device: 'truck-2' })]);
  await alerts.raise([findingOf({ device: 'truck-3', stream: '_probe' })]);
  await eventually(
    () => first.state.delivered,
    (delivered) => delivered === 1,
  );
  assert.deepEqual(
    heard.map(({ alert, verified, type }) => [alert, verified, type]),
    Array.from({ length: 3 }, () => [told!.id, true, 'alert.raised']),
  );
  assert.equal(new Set(heard.map(({ id }) => id)).size, 1);
  await first.stop();
  // What changed while nobody sent is sent by whoever goes on; an answer makes another message.
  await alerts.answer(told!.id, { verdict: 'confirmed', by: 'person:x', reason: null, until: null });
  await alerts.raise([findingOf({ device: 'truck-4', severity: 'critical' })]);
  const next = await WebhookSender.start({ ...parts, webhook: hook(url) });
  await eventually(
    () => next.state.delivered,
    (delivered) => delivered === 3,
  );
  await next.stop();
  assert.deepEqual(
    heard.slice(3).map(({ type, verified }) => [type, verified]),
    [
      ['alert.changed', true],
      ['alert.raised', true],
    ],
  );
  assert.equal(new Set(heard.map(({ id }) => id)).size, 3);
  assert.deepEqual((await book.find('soc'))?.delivered, 3);
  assert.deepEqual(
    audit.events.filter(({ action }) => action === 'deliver-alerts').map(({ outcome, reason }) => [outcome, reason]),
    [
      ['failed', 'refused'],
      ['done', undefined],
    ],
  );
});

test('a webhook hears nothing below its severity, and no more where it says that it is gone', async (t) => {
  const { heard, answers, url } = await receiver(t);
  const { alerts, parts } = await world(t);
  const sender = await WebhookSender.start({ ...parts, webhook: hook(url, { severity: 'high' }) });
  await alerts.raise([findingOf({ device: 'a', severity: 'medium' })]);
  answers.push(410);
  await alerts.raise([findingOf({ device: 'b', severity: 'high' })]);
  await eventually(() => sender.state.gone, Boolean);
  await alerts.raise([findingOf({ device: 'c', severity: 'high' })]);
  await sender.stop();
  assert.equal(heard.length, 1);
  // At another address it begins with what was not taken.
  const moved = await WebhookSender.start({ ...parts, webhook: hook(`${url}new`, { severity: 'high' }) });
  await eventually(
    () => moved.state.delivered,
    (delivered) => delivered === 2,
  );
  await moved.stop();
});

test('a message that cannot be signed or sent waits and says why; one that nobody takes for days is given up', async (t) => {
  const { alerts, parts, audit } = await world(t);
  let at: number = systemClock.now();
  const clock = { ...systemClock, now: () => at as ReturnType<typeof systemClock.now> };
  const failing = { ...parts, clock, readFile: async () => 'no secret' };
  const sender = await WebhookSender.start({ ...failing, webhook: hook('http://127.0.0.1:9/') });
  await alerts.raise([findingOf()]);
  await eventually(
    () => sender.state.tries,
    (tries) => tries > 0,
  );
  assert.match(sender.state.last?.problem ?? '', /its secret is none/);
  at += 4 * 86_400_000_000;
  await eventually(
    () => sender.state.givenUp,
    (given) => given === 1,
  );
  await sender.stop();
  assert.deepEqual([sender.state.tries, sender.state.delivered], [0, 0]);
  assert.deepEqual(audit.events.at(-1)?.reason, 'given-up');
});

test('a webhook beyond the region of a stream hears nothing of it, and of others as before', async (t) => {
  const { heard, url } = await receiver(t);
  const { alerts, parts } = await world(t);
  const sender = await WebhookSender.start({ ...parts, webhook: hook(url, { region: 'us' }) });
  await alerts.raise([findingOf({ device: 'a', stream: 'stays' })]);
  const [told] = await alerts.raise([findingOf({ device: 'b' })]);
  await eventually(
    () => sender.state.delivered,
    (delivered) => delivered === 1,
  );
  await sender.stop();
  assert.deepEqual(
    heard.map(({ alert }) => alert),
    [told!.id],
  );
});

test('Webhooks follow the template in force', async (t) => {
  const { url } = await receiver(t);
  const { parts } = await world(t);
  let named = new Map([['soc', hook(url)]]);
  await using webhooks = new Webhooks({ ...parts, webhooks: () => named });
  await webhooks.settle();
  const [first] = webhooks.all;
  await webhooks.settle();
  assert.equal(webhooks.all[0], first);
  named = new Map([['soc', hook(url, { severity: 'high' })]]);
  await webhooks.settle();
  assert.deepEqual(
    webhooks.all.map(({ webhook }) => webhook.severity),
    ['high'],
  );
  named = new Map();
  await webhooks.settle();
  assert.deepEqual(webhooks.all, []);
});
