import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { rowsByCanary } from './probe-queries.ts';

const TEXTS = [
  "'; drop table _probe; --",
  "' or '1'='1",
  '%s%s%n%x',
  '${7*7}',
  '{{7*7}}',
  '../../etc/passwd',
  '<script>1</script>',
  '$(id)',
];

/** Stores texts that attack SQL, format strings, templates and shells, and reads them back. */
export const hostileTextIsInert: Control = {
  id: 'hostile-text-is-inert',
  row: 18,
  covers: 'part',
  statement: 'a text that would attack SQL, a format string, a template or a shell is stored and returned as it came',
  requirements: ['iso-27001:A.8.28', 'nist-csf:PR.PS-06', 'etsi-en-303645:5.13-1'],
  probe: async (platform) => {
    const mark = platform.canary();
    const texts = TEXTS.map((text) => `${mark}${text}`);
    const outcomes = await platform.publish(
      'streams/_probe',
      texts.map((canary, n) => JSON.stringify({ n, canary })),
    );
    const taken = outcomes.filter(({ code }) => code < 128).length;
    const back = (await rowsByCanary(platform, mark, 'canary', taken)).map(({ canary }) => canary as string);
    return judge(
      {
        'all are taken': taken === texts.length,
        'all come back unchanged': JSON.stringify(back.toSorted()) === JSON.stringify(texts.toSorted()),
      },
      { sent: texts.length, taken, returned: back.length },
    );
  },
};
