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

/** The people of the scenario, in the order of their ids: who they are and their roles. */
const TODO_PEOPLE: readonly (readonly [name: string, ...roles: string[]])[] = [
  ['rick@the-citadel.com', 'admin', 'evil_genius'],
  ['morty@the-citadel.com', 'editor'],
  ['summer@the-smiths.com', 'editor'],
  ['beth@the-smiths.com', 'viewer'],
  ['jerry@the-smiths.com', 'viewer'],
];

const TODO_POLICIES = [
  'permit (principal, action in [Action::"can_read_user", Action::"can_read_todos"], resource);',
  'permit (principal, action == Action::"can_create_todo", resource) when { principal in Role::"admin" || principal in Role::"editor" };',
  'permit (principal in Role::"evil_genius", action == Action::"can_update_todo", resource);',
  'permit (principal in Role::"admin", action == Action::"can_delete_todo", resource);',
  `permit (principal in Role::"editor", action in [Action::"can_update_todo", Action::"can_delete_todo"], resource)
    when { resource has ownerID && resource.ownerID == principal.name };`,
];

interface TodoRequest {
  readonly subject: { readonly type: string; readonly id: string };
  readonly action: { readonly name: string };
  readonly resource: TodoResource;
}
interface TodoResource {
  readonly type: string;
  readonly id: string;
  readonly properties?: Readonly<Record<string, string>>;
}

test('CedarEngine decides the interoperability scenario of AuthZEN as it is published', (t) => {
  const text = readFileSync(join(corpora(t, 'standards/authzen'), 'todo-decisions-1_0-02.json'), 'utf8');
  const { evaluation, evaluations } = JSON.parse(text) as {
    readonly evaluation: readonly { readonly request: TodoRequest; readonly expected: boolean }[];
    readonly evaluations: readonly {
      readonly request: Omit<TodoRequest, 'resource'> & { readonly evaluations: readonly { resource: TodoResource }[] };
      readonly expected: readonly { readonly decision: boolean }[];
    }[];
  };
  engine.keep(
    'todo',
    TODO_POLICIES.map((policy, index) => ({ id: `todo${index}`, text: policy })),
  );
  const ids = [...new Set(evaluation.map(({ request }) => request.subject.id))].sort();
  assert.equal(ids.length, TODO_PEOPLE.length);
  const allows = ({ subject, action, resource }: TodoRequest): boolean => {
    const [name = '', ...roles] = TODO_PEOPLE[ids.indexOf(subject.id)] ?? [];
    const parents = roles.map((id) => ({ type: 'Role', id }));
    const answer = engine.ask('todo', {
      principal: subject,
      action: { type: 'Action', id: action.name },
      resource: { type: resource.type, id: resource.id },
      context: {},
      entities: [
        { uid: subject, attrs: { name }, parents },
        // Who reads about themselves is one entity, not two.
        ...(resource.type === subject.type && resource.id === subject.id
          ? []
          : [{ uid: { type: resource.type, id: resource.id }, attrs: { ...resource.properties }, parents: [] }]),
      ],
    });
    assert.deepEqual(answer.failed, []);
    return answer.allowed;
  };
  assert.ok(evaluation.length >= 40 && evaluations.length >= 3);
  for (const { request, expected } of evaluation) assert.equal(allows(request), expected, JSON.stringify(request));
  for (const { request, expected } of evaluations) {
    const decided = request.evaluations.map(({ resource }) => ({ decision: allows({ ...request, resource }) }));
    assert.deepEqual(decided, expected);
  }
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
