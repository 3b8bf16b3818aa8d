import type { Finding, RuleFinding } from '#watch/detect/index.ts';
import { findingId } from '#watch/detect/index.ts';

/** For tests only: a finding of a truck, with whatever else is given. */
export function findingOf(parts: Partial<Finding> = {}): Finding {
  const { device = 'truck-3', stream = 'climate', start = 1_000 } = parts;
  return {
    id: findingId(device ?? '', stream ?? '', 'robust-z', start),
    device,
    stream,
    detectors: [{ name: 'robust-z', score: 12, limit: 8, readings: 1 }],
    start,
    end: start,
    open: true,
    severity: 'medium',
    budget: { alarms: 1, seconds: 604_800, expected: 0.1, likely: 0.9 },
    baseline: { readings: 3_600, seconds: 3_600, peaks: 64 },
    causes: [
      { field: 'temperature', unit: 'Cel', share: 1, value: 20, usual: [-20, -16], deviation: 40, wouldPass: -12 },
    ],
    nearest: { time: 900, values: { temperature: -17 } },
    evidence: [{ time: start, values: { temperature: 20 } }],
    sentence: 'temperature of truck-3 was 20 Cel; usual for it is -20 Cel to -16 Cel',
    ...parts,
  };
}

/** For tests only: a finding of a rule about an address, with whatever else is given. */
export function ruleFindingOf(rule: Partial<RuleFinding> = {}, parts: Partial<Finding> = {}): Finding {
  const { name = 'guessed-tokens', about = { address: '203.0.113.0/24' } } = rule;
  const { start = 1_000, end = start } = parts;
  const event = (index: number, time: number) => ({
    index,
    time,
    action: 'sign-in',
    outcome: 'denied',
    reason: 'token-unknown',
    actor: 'anonymous',
    resource: 'platform:api',
    count: 10,
  });
  return {
    id: findingId(JSON.stringify(about), '', name, start),
    device: about['device'] ?? null,
    stream: null,
    rule: {
      name,
      about,
      devices: about['device'] === undefined ? [] : [about['device']],
      addresses: about['address'] === undefined ? [] : [about['address']],
      actors: [],
      events: [event(1, start), event(2, end)],
      total: 20,
      ...rule,
    },
    techniques: ['T0812'],
    detectors: [{ name, score: 20, limit: 20, readings: 2 }],
    start,
    end,
    open: true,
    severity: 'high',
    budget: null,
    baseline: null,
    causes: [],
    nearest: null,
    evidence: [],
    sentence: 'tokens were guessed',
    ...parts,
  };
}
