import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { corpora } from '../../../../test/support/outside.ts';
import type { SkippableTest } from '../../../../test/support/outside.ts';
import { formatCbom } from './cbom.ts';
import { readTestCrypto } from './testing.ts';

interface Asset {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly cryptoProperties: { readonly assetType: string };
}

/** Judges documents by the publisher's schema. */
function checker(t: SkippableTest) {
  const folder = join(corpora(t, 'standards/cyclonedx'), 'schema');
  const read = (file: string): object => JSON.parse(readFileSync(join(folder, file), 'utf8')) as object;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  for (const file of ['spdx.schema.json', 'jsf-0.82.schema.json']) ajv.addSchema(read(file));
  const validate = ajv.compile(read('bom-1.6.schema.json'));
  return (document: unknown): readonly string[] =>
    validate(document)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

test('formatCbom() is valid by the schema of CycloneDX 1.6, and the schema refuses what it should', async (t) => {
  const check = checker(t);
  const { inventory } = await readTestCrypto(t);
  const cbom = formatCbom(inventory);
  assert.deepEqual(check(cbom), []);
  assert.notDeepEqual(check({ ...cbom, components: [{ type: 'cryptographic-asset' }] }), []);
  const cases = join(corpora(t, 'standards/cyclonedx'), 'cases/1.6');
  const published = JSON.parse(readFileSync(join(cases, 'valid-cryptography-full-1.6.json'), 'utf8')) as unknown;
  assert.deepEqual(check(published), []);
});

test('formatCbom() refers to nothing that it does not have, and names each asset once', async (t) => {
  const { inventory } = await readTestCrypto(t);
  const text = JSON.stringify(formatCbom(inventory));
  const { components } = JSON.parse(text) as { components: Asset[] };
  const refs = components.map((one) => one['bom-ref']);
  assert.equal(new Set(refs).size, refs.length);
  const used = [...text.matchAll(/"(?:algorithmRef|signatureAlgorithmRef|subjectPublicKeyRef)":"([^"]+)"/g)];
  assert.ok(used.length > 5);
  for (const [, ref] of used) assert.ok(refs.includes(ref ?? ''), ref ?? '');
  const count = (kind: string): number =>
    components.filter(({ cryptoProperties }) => cryptoProperties.assetType === kind).length;
  assert.deepEqual(
    [count('algorithm'), count('certificate'), count('related-crypto-material'), count('protocol')],
    [inventory.algorithms.length, inventory.certificates.length, inventory.keys.length, 1],
  );
});

test('formatCbom() has one serial number for one inventory, and says what is exposed', async (t) => {
  const { inventory } = await readTestCrypto(t);
  const cbom = formatCbom(inventory);
  assert.deepEqual(formatCbom(inventory), cbom);
  assert.notEqual(formatCbom({ ...inventory, version: '2' })['serialNumber'], cbom['serialNumber']);
  const notes = cbom['annotations'] as { text: string; subjects: string[] }[];
  assert.equal(notes.length, inventory.exposures.length);
  assert.ok(notes.some(({ text }) => text.includes('recorded')));
});
