import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { corpora } from '../../../test/support/outside.ts';
import { CedarEngine } from './cedar-engine.ts';
import type { CedarCall, CedarEntity } from './cedar-engine.ts';

/** A published case: files by name, requests with what is decided and why. */
interface PublishedCase {
  readonly policies: string;
  readonly entities: string;
  readonly schema: string;
  readonly shouldValidate: boolean;
  readonly requests: readonly PublishedRequest[];
}

interface PublishedRequest extends Omit<CedarCall, 'entities'> {
  readonly description: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: readonly string[];
  readonly errors: readonly string[];
}

/**
 * Cases from before enumerated entities were checked: Cedar 4.13 refuses to read, by their schema, entities that are
 * none of its enumeration. What cannot be read is denied.
 */
const REFUSED: ReadonlySet<string> = new Set(
  [
    '3640e57cbf2f370e545995b762f63d419395736f',
    'e00bc91fe981b3d1109dee35c69b6e4d0146494e',
    'e0d89754376e8cec510abaa4ffb5ba0847fb73dc',
  ].map((hash) => `corpus-tests/${hash}.json`),
);

const engine = new CedarEngine();

/** Asks every request of a case, its entities read by its schema. */
function decideAlike(name: string, one: PublishedCase, open: (file: string) => string): number {
  const schema = open(one.schema);
  const entities = JSON.parse(open(one.entities)) as CedarEntity[];
  engine.keepSchema('published', schema);
  const parts = engine.split(open(one.policies));
  engine.keep(
    'published',
    parts.map((text, index) => ({ id: `policy${index}`, text })),
  );
  assert.equal(engine.check(open(one.policies), schema).length === 0, one.shouldValidate, `${name}: validation`);
  for (const { description, decision, reason, errors, ...call } of one.requests) {
    const answer = engine.ask('published', { ...call, entities, schema: 'published' });
    if (REFUSED.has(name)) {
      assert.deepEqual(answer, { allowed: false, policies: [], failed: ['*'] }, name);
      continue;
    }
    const what = `${name}: ${description}`;
    assert.equal(answer.allowed ? 'allow' : 'deny', decision, what);
    assert.deepEqual([...answer.policies].sort(), [...reason].sort(), what);
    assert.deepEqual([...answer.failed].sort(), [...errors].sort(), what);
  }
  return one.requests.length;
}

test("CedarEngine decides the handwritten cases of Cedar's publisher as they say", (t) => {
  const folder = corpora(t, 'standards/cedar');
  let requests = 0;
  for (const group of readdirSync(join(folder, 'tests'))) {
    for (const file of readdirSync(join(folder, 'tests', group)).filter((each) => each.endsWith('.json'))) {
      const one = JSON.parse(readFileSync(join(folder, 'tests', group, file), 'utf8')) as PublishedCase;
      requests += decideAlike(`${group}/${file}`, one, (name) => readFileSync(join(folder, name), 'utf8'));
    }
  }
  assert.ok(requests >= 40, `${requests} requests`);
});

test("CedarEngine decides the generated cases of Cedar's publisher as they say", (t) => {
  const archive = readArchive(join(corpora(t, 'standards/cedar'), 'corpus-tests.tar.gz'));
  const cases = [...archive].filter(([name]) => /\/[0-9a-f]{40}\.json$/.test(name));
  let requests = 0;
  for (const [name, text] of cases) {
    const read = (file: string): string => archive.get(file) ?? assert.fail(`${name} wants ${file}`);
    requests += decideAlike(name, JSON.parse(text) as PublishedCase, read);
  }
  assert.ok(cases.length >= 600 && requests >= 4_000, `${requests} requests of ${cases.length} cases`);
});

/** The files of a tar archive by name: headers of 512 bytes, contents padded to as much (POSIX ustar). */
function readArchive(file: string): ReadonlyMap<string, string> {
  const bytes = gunzipSync(readFileSync(file));
  const files = new Map<string, string>();
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const name = bytes.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8);
    files.set(name, bytes.toString('utf8', at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
