import { CLASSES, keyDomainOf } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';

interface SegmentColumn {
  readonly column: string;
  readonly class: string;
  readonly domain: string;
}

/** Compares the key domain of each sealed column with the class that it was sealed under. */
export const classDecidesKeyDomain: Control = {
  id: 'class-decides-key-domain',
  row: 23,
  covers: 'part',
  statement:
    'every column of every segment is sealed under the key domain of its class, and none of class secret exists',
  requirements: ['gdpr:32', 'iso-27001:A.5.12', 'nist-csf:ID.AM-07'],
  probe: async (platform) => {
    await platform.publish('streams/_probe', [JSON.stringify({ n: 1 })]);
    await platform.seal();
    const answer = await platform.call('GET', '/v1/segments/columns', null, 'prober');
    const columns = (answer.body as { columns?: SegmentColumn[] } | null)?.columns ?? [];
    const wrong = columns.filter(
      ({ class: cls, domain }) => !CLASSES.includes(cls as Class) || keyDomainOf(cls as Class) !== domain,
    );
    return judge(
      { 'there are sealed columns': columns.length > 0, 'each has the domain of its class': wrong.length === 0 },
      { columns: columns.length, wrong: wrong.map(({ column }) => column) },
    );
  },
};
