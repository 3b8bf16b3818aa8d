import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { corpora } from '../../../test/support/outside.ts';
import { formatTechnique, TECHNIQUE_PATTERN, TECHNIQUES } from './attack-techniques.ts';

interface StixObject {
  readonly type: string;
  readonly name?: string;
  readonly revoked?: boolean;
  readonly x_mitre_deprecated?: boolean;
  readonly external_references?: readonly { readonly source_name: string; readonly external_id?: string }[];
}

test('TECHNIQUES are techniques of ATT&CK for ICS that stand, under their names', (t) => {
  const file = corpora(t, 'standards/attack/ics-attack-18.1.json');
  const { objects } = JSON.parse(readFileSync(file, 'utf8')) as { objects: readonly StixObject[] };
  const published = new Map(
    objects
      .filter((one) => one.type === 'attack-pattern' && one.revoked !== true && one.x_mitre_deprecated !== true)
      .flatMap(({ name, external_references: references }) =>
        (references ?? []).flatMap(({ source_name: source, external_id: id }) =>
          source === 'mitre-attack' ? [[id, name] as const] : [],
        ),
      ),
  );
  assert.ok(published.size > 50);
  for (const [id, name] of TECHNIQUES) assert.equal(published.get(id), name, id);
});

test('formatTechnique() names what is known', () => {
  assert.equal(formatTechnique('T0856'), 'T0856 Spoof Reporting Message');
  assert.equal(formatTechnique('T0999'), 'T0999');
  for (const id of TECHNIQUES.keys()) assert.match(id, new RegExp(TECHNIQUE_PATTERN));
});
