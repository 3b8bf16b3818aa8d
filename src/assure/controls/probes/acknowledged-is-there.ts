import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { countOf, findByCanary } from './probe-queries.ts';

const READINGS = 50;

/** Publishes numbered readings, some of them twice, and counts what is there. */
export const acknowledgedIsThere: Control = {
  id: 'acknowledged-is-there',
  row: 21,
  covers: 'part',
  statement: 'every acknowledged reading can be queried within a second, and one sent twice with its seq is there once',
  requirements: ['gdpr:32', 'iso-27001:A.8.14', 'nist-csf:PR.DS-11'],
  probe: async (platform) => {
    const canary = platform.canary();
    const seq = Date.now() * 1_000;
    const payloads = Array.from({ length: READINGS }, (_, n) => JSON.stringify({ n, canary, seq: seq + n }));
    const outcomes = await platform.publish('streams/_probe', [...payloads, ...payloads.slice(-5)]);
    const acknowledged = outcomes.filter(({ code }) => code < 128).length;
    const found = countOf(await findByCanary(platform, canary, READINGS));
    return judge(
      { 'all are acknowledged': acknowledged === READINGS + 5, 'each is there once': found === READINGS },
      { sent: payloads.length + 5, acknowledged, found },
    );
  },
};
