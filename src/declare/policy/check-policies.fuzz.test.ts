import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CedarEngine } from './cedar-engine.ts';
import { checkPolicies } from './check-policies.ts';
import { PolicyError } from './errors.ts';
import { filePolicies } from './file-policies.ts';

const engine = new CedarEngine();
const template = makeTemplate(`
devices: {d: {}}
streams: {s: {from: d, purposes: [q], fields: {x: {type: number}}}}
people: {r: {query: [s]}}
`);
const WHOLE = `
@id("night_shift") @description("nobody by night") // a comment, ä
forbid (principal in Role::"r", action in [Action::"query", Action::"export"], resource == View::"s")
when { [1, 2].contains(3) || !(context has purpose) || 7 * 2 < -1 }
unless { context has purpose && context.purpose == Purpose::"q" && "a*\\u{2a}" like "a*" };
@rows("x > 1") permit (principal, action == Action::"query", resource);
@mask("hash") permit (principal, action == Action::"see", resource);
permit (principal, action == Action::"query", resource)
when { resource has row && resource.row has x && resource.row.x.greaterThan(decimal("3.0")) };`;
const RUNS = { seed: 20_261_130, numRuns: 400 };

/** Pieces of the language, and what is none. */
const PIECE = fc.oneof(
  fc.constantFrom(...'(){}[]";,.:@?!<>=&|+-*/\\\0\r\n'.split('')),
  fc.constantFrom('permit', 'forbid', 'when', 'unless', 'if', 'then', 'else', 'principal', 'context', '__proto__'),
  fc.constantFrom('@id("a")', '@rows("', '@mask("', 'Action::"query"', 'ip("1.2.3.4")', '9223372036854775808'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

/** A sound file with some of it replaced, cut out, doubled or broken off. */
const BROKEN = fc
  .array(fc.tuple(fc.nat(WHOLE.length), fc.nat(30), PIECE), { minLength: 1, maxLength: 4 })
  .map((changes) =>
    changes.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), WHOLE),
  );

test('a policy file that is broken anywhere has findings with a place, or means what can be split and read', () => {
  assert.deepEqual(checkPolicies(withFile(WHOLE), engine), []);
  fc.assert(
    fc.property(BROKEN, (text) => {
      const broken = withFile(text);
      const findings = checkPolicies(broken, engine);
      for (const { file, line, column, message } of findings) {
        assert.equal(file, 'a.cedar');
        assert.ok(line >= 1 && line <= text.split('\n').length && column >= 1, `${line}:${column}`);
        assert.notEqual(message, '');
      }
      // What nothing was found in is in force; what something was found in may be asked for all the same.
      try {
        filePolicies(broken, engine);
      } catch (error) {
        assert.ok(error instanceof PolicyError && findings.length > 0, String(error));
      }
    }),
    RUNS,
  );
});

test('text that is no policy at all is found to be none, or holds no policy', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const odd = withFile(text);
      if (checkPolicies(odd, engine).length === 0) assert.deepEqual(filePolicies(odd, engine), []);
    }),
    RUNS,
  );
  assert.deepEqual(checkPolicies(withFile(WHOLE), engine), [], 'the engine is as it was');
});

function withFile(text: string) {
  return { ...template, policies: [{ file: 'a.cedar', text }] };
}
