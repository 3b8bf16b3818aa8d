import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ACTION_RULES, DecisionPoint } from '#declare/policy/index.ts';
import type { Action, Subject } from '#declare/policy/index.ts';
import { PACKET_RULES } from '#flow/gateway/index.ts';
import { parseStreamPath } from '#flow/gateway/http/stream-path.ts';
import { findRoute } from '#flow/gateway/mqtt/publish-route.ts';
import { checkFilter, matchesFilter } from '#flow/gateway/mqtt/topic-filter.ts';
import { ROUTES } from '#run/server/api/routes.ts';
import { makeTemplate } from '../support/make-template.ts';

const TEMPLATE = makeTemplate(`
devices: { reefer: {}, plc: { speaks-for: [valve] }, valve: {} }
streams:
  climate: { from: reefer, fields: { n: { type: integer } } }
  plant: { from: [plc, valve], fields: { n: { type: integer } } }
`);
const point = new DecisionPoint();

/** The devices of these tests by name, as the gateway knows them. */
const DEVICES = new Map(
  [
    ['r1', 'reefer', []],
    ['p1', 'plc', ['valve']],
    ['p2', 'plc', []],
    ['v1', 'valve', []],
  ].map(([name, type, speaksFor], index) => [
    name as string,
    {
      index,
      name: name as string,
      type: type as string,
      speaksFor: speaksFor as string[],
      serials: [],
      status: 'enabled',
    },
  ]),
);
const devices = { find: (name: string) => (DEVICES.get(name) ?? null) as never };
const subjectOf = (name: string): Subject => ({
  id: name,
  kind: 'device',
  roles: [],
  standing: 'good',
  deviceType: DEVICES.get(name)?.type ?? null,
});
const decides = (name: string, action: 'publish' | 'subscribe', resource: string, about?: string): boolean => {
  const other = DEVICES.get(about ?? name);
  const context = {
    about: { name: about ?? name, type: other?.type ?? '' },
    speaksFor: DEVICES.get(name)?.speaksFor ?? [],
  };
  const type = action === 'publish' ? 'stream' : 'commands';
  const request = {
    subject: subjectOf(name),
    action,
    resource: { type, name: resource },
    purpose: null,
    context,
  } as const;
  return point.decide(request, TEMPLATE).effect === 'allow';
};

test('every packet has a rule, and every action of devices a packet, a stream over HTTPS, or a route', () => {
  const ofPackets = Object.values(PACKET_RULES).flatMap((rule): Action[] => ('root' in rule ? [rule.decides] : []));
  for (const action of ofPackets) assert.equal(ACTION_RULES[action].by, 'devices', action);
  const ofRoutes = ROUTES.flatMap(({ access }) => (typeof access === 'object' ? [access.action] : []));
  for (const [action, { by }] of Object.entries(ACTION_RULES) as [Action, { by: string }][]) {
    const taken = ofPackets.includes(action) || ofRoutes.includes(action);
    if (by === 'devices') assert.ok(taken, `${action} has no door`);
    else assert.ok(!ofPackets.includes(action), `${action} is none of devices`);
  }
  // Streams over HTTPS are the only paths that the gateway answers by itself.
  assert.ok(ROUTES.every(({ path }) => parseStreamPath(path.replaceAll(/:\w+/g, 'climate')) === null));
});

const word = fc.constantFrom(
  'streams',
  'commands',
  'climate',
  'plant',
  'other',
  '_events',
  'r1',
  'p1',
  'p2',
  'v1',
  'x',
  '',
);
const name = fc.constantFrom('r1', 'p1', 'p2', 'v1');

test('a topic that is taken is a stream, and what the gateway lets through of it the policy allows too', () => {
  let taken = 0;
  fc.assert(
    fc.property(name, fc.array(word, { minLength: 1, maxLength: 4 }), (sender, levels) => {
      const topic = levels.join('/');
      const device = DEVICES.get(sender) ?? assert.fail();
      const route = findRoute(Buffer.from(topic), topic, device, devices, 1);
      if (route.refusal !== 0) return;
      taken++;
      assert.equal(levels[0], PACKET_RULES.Publish.root);
      // Of the stream itself the template decides, by the type of the device that it is about.
      const stream = TEMPLATE.streams.get(route.stream);
      const admitted = stream?.from.includes(route.about.type) === true;
      assert.equal(admitted, decides(sender, 'publish', route.stream, route.about.name), topic);
    }),
    { numRuns: 3_000, seed: 1 },
  );
  assert.ok(taken > 50, String(taken));
});

test('a path that is taken as readings is a stream, with the same decision', () => {
  for (const [path, expected] of [
    ['/v1/streams/climate', true],
    ['/v1/streams/plant', false],
    ['/v1/streams/other', false],
  ] as const) {
    const target = parseStreamPath(path);
    assert.ok(target !== null && target !== 'invalid');
    assert.equal(decides('r1', 'publish', target.stream), expected, path);
  }
  for (const path of ['/v1/stream/climate', '/v1/streams', '/v1/streams/climate/r1', '/streams/climate'])
    assert.equal(parseStreamPath(path), null, path);
});

test('a filter that is taken matches nothing that the policy does not let this device hear', () => {
  const own = fc.constantFrom(
    'commands',
    'commands',
    'commands',
    'streams',
    'r1',
    'p1',
    'p2',
    'v1',
    '+',
    '#',
    'x',
    '$share',
    'r+',
  );
  const level = fc.oneof(own, word);
  let taken = 0;
  fc.assert(
    fc.property(
      name,
      fc.array(level, { minLength: 1, maxLength: 4 }),
      fc.array(word, { maxLength: 4 }),
      (device, levels, rest) => {
        const filter = levels.join('/');
        if (checkFilter(filter, device) !== 0) return;
        taken++;
        for (const heard of DEVICES.keys()) {
          const topic = [PACKET_RULES.Subscribe.root, heard, ...rest].join('/');
          if (matchesFilter(filter, topic)) assert.ok(decides(device, 'subscribe', heard), `${filter} ${topic}`);
        }
        assert.equal(matchesFilter(filter, ['streams', ...rest].join('/')), false, filter);
      },
    ),
    { numRuns: 5_000, seed: 2 },
  );
  assert.ok(taken > 20, String(taken));
});
