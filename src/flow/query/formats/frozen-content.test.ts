import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentDigestOf } from './frozen-content.ts';

const COLUMN = { name: 't', type: 'text', nullable: true, class: 'operational', unit: null } as const;

test('contentDigestOf() is the vector of the format for no rows', () => {
  const digest = contentDigestOf({ columns: [COLUMN], rows: 0, partRows: 65_536, parts: [] });
  assert.equal(digest, '6823e6d20b5ee21cd93f4f11cc79cae7f80b5d2714ef96c8cbaaaf72dc441d68');
});

test('contentDigestOf() commits to names, types, rows, parts, their order, and their sizes where these are uneven', () => {
  const parts = ['01', '02'].map((byte) => byte.repeat(32));
  const content = { columns: [COLUMN], rows: 4, partRows: 3, parts };
  const others = [
    { ...content, columns: [{ ...COLUMN, name: 'u' }] },
    { ...content, columns: [{ ...COLUMN, type: 'number' as const }] },
    { ...content, rows: 5 },
    { ...content, parts: parts.toReversed() },
    { ...content, sizes: [2, 2] },
    { ...content, sizes: [1, 3] },
  ];
  assert.equal(new Set([content, ...others].map(contentDigestOf)).size, others.length + 1);
  assert.equal(contentDigestOf({ ...content, columns: [{ ...COLUMN, class: 'health' }] }), contentDigestOf(content));
});
