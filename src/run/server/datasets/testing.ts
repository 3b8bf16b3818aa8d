import { micros } from '#base/core/index.ts';
import { contentDigestOf } from '#flow/query/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';
import type { Dataset } from './dataset.ts';

export const COLUMNS: readonly StoredColumn[] = [
  { name: 'device', type: 'text', nullable: true, class: 'operational', unit: null },
  { name: 'pressure', type: 'number', nullable: true, class: 'operational', unit: 'bar' },
];

/** For tests only: a dataset of which there is no object. */
export function makeDataset(more: Partial<Dataset> = {}): Dataset {
  const content = { columns: COLUMNS, rows: 2, partRows: 65_536, parts: ['ab'.repeat(32)] };
  const id = '0193f2';
  return {
    name: 'training',
    version: 1,
    revision: 1,
    owner: 'ada',
    actor: 'person:ada',
    created: micros(1_000_000),
    purpose: 'quality',
    sql: 'select device, pressure from pump',
    parameters: [],
    statement: 'cd'.repeat(32),
    template: 'ef'.repeat(32),
    relations: [
      {
        name: 'pump',
        kind: 'stream',
        policies: ['p'],
        columns: [
          { name: 'device', mask: null },
          { name: 'pressure', mask: 'round:1' },
        ],
        filter: null,
      },
    ],
    segments: [{ id: 's1', version: 1, stream: 'pump', rows: 9, digest: '01'.repeat(32), templates: ['t'] }],
    devices: ['pump-1'],
    deviceCount: 1,
    content: { ...content, digest: contentDigestOf(content) },
    kept: { pump: ['device'] },
    objects: [
      {
        id,
        version: 1,
        rows: 2,
        objectKey: `datasets/0193f2/${id}-1.parquet`,
        size: 100,
        digest: '02'.repeat(32),
        footerHandle: 'f',
        columns: COLUMNS.map((column) => ({ ...column, domain: 'operational', handle: column.name })),
        parts: 1,
      },
    ],
    oldest: { pump: micros(500_000) },
    until: null,
    consent: null,
    salt: '03'.repeat(32),
    ...more,
  };
}
