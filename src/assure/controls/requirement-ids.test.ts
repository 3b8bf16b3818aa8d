import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { corpora } from '../../../test/support/outside.ts';
import { isRequirement, requirementIds } from './requirement-ids.ts';
import type { RequirementCatalogue } from './requirement-ids.ts';

/** Where the ids of each catalogue stand in the corpora: file, list, member. */
const PUBLISHED: Readonly<Record<RequirementCatalogue, readonly [string, string, string]>> = {
  gdpr: ['gdpr-articles.json', 'articles', 'article'],
  'iso-27001': ['iso27001-2022-annex-a.json', 'controls', 'id'],
  'nist-csf': ['nist-csf-2.0.json', 'outcomes', 'id'],
  'etsi-en-303645': ['etsi-en-303-645-v2.1.1-ics.json', 'provisions', 'provision'],
};

test('requirementIds() are those that the publishers list', async (t) => {
  const folder = corpora(t, 'standards/compliance');
  for (const [catalogue, [file, list, member]] of Object.entries(PUBLISHED)) {
    const content = JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, Record<string, unknown>[]>;
    const published = (content[list] ?? []).map((item) => String(item[member]));
    // Categories such as GV.OC are headings of what stands below them.
    const requirements = published.filter((id) => catalogue !== 'nist-csf' || id.includes('-'));
    assert.ok(requirements.length > 50, catalogue);
    assert.deepEqual([...requirementIds(catalogue as RequirementCatalogue)].sort(), requirements.sort(), catalogue);
  }
});

test('isRequirement() knows catalogues and their ids, and nothing else', () => {
  for (const good of ['gdpr:32', 'iso-27001:A.8.15', 'nist-csf:PR.AA-03', 'etsi-en-303645:5.13-1']) {
    assert.ok(isRequirement(good), good);
  }
  for (const bad of ['gdpr:100', 'gdpr', 'iso-27001:A.8.35', 'nist-csf:PR.AA', 'hipaa:164.312', '', ':32']) {
    assert.ok(!isRequirement(bad), bad);
  }
});
