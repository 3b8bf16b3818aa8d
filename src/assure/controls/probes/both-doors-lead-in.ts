import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { countOf, findByCanary } from './probe-queries.ts';

/** Publishes one reading over MQTT and one over HTTPS and asks for both in one query. */
export const bothDoorsLeadIn: Control = {
  id: 'both-doors-lead-in',
  row: 14,
  covers: 'part',
  statement: 'a reading published over MQTT and one over HTTPS come back from one query',
  requirements: ['nist-csf:PR.DS-02'],
  probe: async (platform) => {
    const canary = platform.canary();
    const reading = { n: 1, canary };
    const [mqtt] = await platform.publish('streams/_probe', [JSON.stringify(reading)]);
    const https = await platform.call('POST', '/v1/streams/_probe', { n: 2, canary }, 'device');
    const found = countOf(await findByCanary(platform, canary, 2));
    return judge(
      {
        'MQTT takes it': (mqtt?.code ?? 255) < 128,
        'HTTPS takes it': https.status < 300,
        'one query has both': found === 2,
      },
      { mqtt: mqtt?.code ?? null, https: https.status, found },
    );
  },
};
