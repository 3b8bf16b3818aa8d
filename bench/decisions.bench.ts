import { join } from 'node:path';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { AccessRequest } from '#declare/policy/index.ts';
import { folderReader, parseTemplate } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { readFileSync } from 'node:fs';
import { absolute, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';

const TEMPLATES = join(import.meta.dirname, '../templates');
const DECISIONS = 200;
const ROUNDS = 5;

/**
 * Decisions as the API and the gateway make them, over the demo's template: kept ones, and such as depend on the moment
 * and are made anew each time; and how long it takes until a changed template decides.
 */
export const bench: Bench = async (note) => {
  const template = demoTemplate();
  const requests: Readonly<Record<string, AccessRequest>> = {
    'an action of a role': { ...ASK, action: 'audit', resource: { type: 'platform', name: '*' } },
    'a query with its columns': {
      ...ASK,
      subject: person('scientist'),
      action: 'query',
      resource: { type: 'view', name: 'climate' },
      purpose: 'quality',
    },
    'a device publishing': {
      ...ASK,
      subject: DEVICE,
      action: 'publish',
      resource: { type: 'stream', name: 'climate' },
      context: { about: { name: 'truck-1', type: 'reefer' } },
    },
  };
  const rows = Object.entries(requests).flatMap(([what, request]) => {
    const kept = medianMicros(new DecisionPoint(), template, request);
    // A policy that reads the time: nothing of it can be kept.
    const timed = { ...template, digest: 'timed', policies: [{ file: 'late.cedar', text: READS_TIME }] };
    const anew = medianMicros(new DecisionPoint(), timed, {
      ...request,
      context: { ...request.context, time: 1_750_000_000_000_000 },
    });
    note(`${what}: ${kept.toFixed(1)} µs kept, ${anew.toFixed(1)} µs anew`);
    const bar = what.startsWith('a query') ? null : { atMost: 150 };
    return [
      absolute(`decisions: ${what}, kept`, 'µs', kept, { atMost: 10 }),
      absolute(`decisions: ${what}, anew`, 'µs', anew, bar),
    ];
  });
  return [
    ...rows,
    absolute('decisions: until a changed policy decides', 'ms', changeMillis(template), { atMost: 1_000 }),
  ];
};

const person = (role: string) =>
  ({ id: 'p1', kind: 'person', roles: [role], standing: 'good', deviceType: null, strength: 'bound' }) as const;
const DEVICE = { id: 'truck-1', kind: 'device', roles: [], standing: 'good', deviceType: 'reefer' } as const;
const ASK = { subject: person('security'), purpose: null, context: {} } as const;
const READS_TIME =
  'forbid (principal, action, resource) when { context has time && context.time < datetime("2020-01-01") };';

function medianMicros(point: DecisionPoint, template: Template, request: AccessRequest): number {
  for (let warm = 0; warm < 200; warm++) point.decide(request, template);
  const each = new Float64Array(DECISIONS);
  const rounds = Array.from({ length: ROUNDS }, () => {
    for (let at = 0; at < DECISIONS; at++) {
      const from = performance.now();
      point.decide(request, template);
      each[at] = (performance.now() - from) * 1_000;
    }
    return median([...each]);
  });
  return median(rounds);
}

/** From handing a changed template to the first decision by it; the same decision point goes on with both. */
function changeMillis(template: Template): number {
  const point = new DecisionPoint();
  const request: AccessRequest = { ...ASK, action: 'audit', resource: { type: 'platform', name: '*' } };
  point.decide(request, template);
  const changed = Array.from({ length: ROUNDS }, (_, round) => {
    const next = { ...template, digest: `changed-${round}`, people: new Map() };
    const from = performance.now();
    if (point.decide(request, next).effect !== 'deny') throw new Error('the changed policy did not decide');
    return performance.now() - from;
  });
  return Math.max(...changed);
}

function demoTemplate(): Template {
  const folder = join(TEMPLATES, 'demo');
  const text = readFileSync(join(folder, 'template.yaml'), 'utf8');
  const parsed = parseTemplate({ path: 'template.yaml', text }, folderReader(folder, TEMPLATES));
  if ('template' in parsed) return parsed.template;
  throw new Error('the demo template has findings');
}
