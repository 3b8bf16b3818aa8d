import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { countOf, findByCanary } from './probe-queries.ts';

/** Readings that must not come in, by the word that the device should hear. `C` stands for the canary. */
const BAD: Readonly<Record<string, string>> = {
  decode: '{"n": 1, "canary": "C"',
  'schema-missing': '{"canary": "C"}',
  'schema-type': '{"n": "one", "canary": "C"}',
  'schema-shape': '[[1]]',
  range: '{"n": -1, "canary": "C"}',
  'duplicate-key': '{"n": 1, "n": 2, "canary": "C"}',
  'proto-key': '{"n": 1, "canary": "C", "__proto__": {"admin": true}}',
  'number-overflow': '{"n": 1, "canary": "C", "value": 1e999}',
  'clock-early': '{"n": 1, "canary": "C", "time": "2199-01-01T00:00:00Z"}',
  'clock-late': '{"n": 1, "canary": "C", "time": "1999-01-01T00:00:00Z"}',
};

/** Sends one reading of each kind that must be refused, then looks whether any was stored. */
export const badReadingsAreRefused: Control = {
  id: 'bad-readings-are-refused',
  row: 17,
  covers: 'part',
  statement: 'a malformed or undeclared reading is refused with its reason and never stored',
  requirements: ['gdpr:5', 'iso-27001:A.8.28', 'nist-csf:PR.PS-06', 'etsi-en-303645:5.13-1'],
  probe: async (platform) => {
    const canary = platform.canary();
    const payloads = Object.values(BAD).map((payload) => payload.replace('C', canary));
    const outcomes = await platform.publish('streams/_probe', [...payloads, JSON.stringify({ n: 1, canary })]);
    const heard: Record<string, string> = {};
    const expectations: Record<string, boolean> = {};
    for (const [i, reason] of Object.keys(BAD).entries()) {
      const { code, text } = outcomes[i] ?? { code: 0, text: null };
      heard[reason] = `0x${code.toString(16)} ${text ?? ''}`.trim();
      expectations[`${reason} is refused by name`] = code >= 128 && (text ?? '').includes(reason);
    }
    const stored = countOf(await findByCanary(platform, canary, 1));
    return judge({ ...expectations, 'the good reading alone is stored': stored === 1 }, { heard, stored });
  },
};
