import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findAlgorithm, listAlgorithms, TLS_SUITES } from '#base/crypto/index.ts';
import { ELSEWHERE } from '#trust/identity/index.ts';
import { corpora } from '../support/outside.ts';

const ROOT = join(import.meta.dirname, '../..');
const TABLE = ['src/base/crypto/algorithms.ts', 'src/base/crypto/tls-algorithms.ts'];
/** Families, where what is meant is whether a device can take any of them. */
const FAMILIES = ['ml-dsa'];
/** Advised between a device and its gateway, and run by neither of us. */
const ADVISED: ReadonlySet<string> = new Set(ELSEWHERE);
const SUITES = new Set(TLS_SUITES.flatMap(({ name, library }) => [name, library]));
/** Names and object identifiers that look like those of a cryptographic algorithm. */
const LOOKS_LIKE_ONE = new RegExp(
  '^(?:' +
    [
      'md[245]',
      'sha[-_]?[0-9][-0-9/]*',
      'shake.*',
      'blake.*',
      'ripemd.*',
      'hmac.+',
      'aes[-_0-9].*',
      'a(?:128|192|256)(?:gcm|cbc|kw).*',
      '(?:x?chacha|salsa|camellia|aria|ascon).*',
      '(?:des|3des|rc4|idea|cast5)(?:-.*)?',
      'ed(?:25519|448)',
      'x(?:25519|448).*',
      'p-[0-9]{3}',
      '(?:prime|secp|sect|brainpool).*[0-9].*',
      '(?:ecdsa|ecdh|rsassa).*',
      '(?:es|rs|ps|hs)[0-9]{3}k?',
      'eddsa',
      '(?:ml|slh|fn)[-_]?(?:dsa|kem).*',
      '(?:argon2|scrypt|bcrypt|pbkdf2|hkdf).*',
      'ckm_aes_gcm',
      '(?:tls_|ecdhe?-|dhe-).*',
      '1\\.2\\.840\\.(?:10045\\.4|10040|113549\\.1\\.1|113549\\.2).*',
      '1\\.3\\.(?:101\\.1[0-9]+|14\\.3\\.2\\.[0-9]+|132\\.0\\.[0-9]+)',
      '2\\.16\\.840\\.1\\.101\\.3\\.4\\..*',
    ].join('|') +
    ')$',
  'i',
);
/** Every text of a source file that stands in quotes, line by line. */
function textsOf(source: string): readonly { readonly text: string; readonly line: number }[] {
  return source.split('\n').flatMap((line, at) => {
    const code = line.replace(/^\s*(?:\*|\/\/|\/\*).*$/, '').replace(/\s\/\/\s.*$/, '');
    return [...code.matchAll(/'([^'\\]{2,120})'|`([^`\\$]{2,200})/g)].map(([, plain, templated]) => ({
      text: plain ?? templated ?? '',
      line: at + 1,
    }));
  });
}

function productFiles(): readonly string[] {
  return globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !/(\.test|\/testing)\.ts$/.test(file));
}

/** Names of algorithms in a text that no entry of the table has. */
function strangersIn(source: string): readonly string[] {
  return textsOf(source)
    .flatMap(({ text, line }) =>
      text.split(/[:\s,=()[\];]+/).map((word) => ({ word: word.replace(/[.]+$/, ''), line })),
    )
    .filter(({ word }) => /^[A-Za-z0-9._-]+$/.test(word) && LOOKS_LIKE_ONE.test(word))
    .filter(({ word }) => findAlgorithm(word) === null && !SUITES.has(word) && !ADVISED.has(word))
    .filter(({ word }) => !FAMILIES.includes(word.toLowerCase()))
    .map(({ word, line }) => `${line}: ${word}`);
}

test('no source file names an algorithm that is not in the table', () => {
  const files = productFiles();
  assert.ok(files.length > 400);
  const found = files
    .filter((file) => !TABLE.includes(file))
    .flatMap((file) => strangersIn(readFileSync(join(ROOT, file), 'utf8')).map((where) => `${file}:${where}`));
  assert.deepEqual(found, []);
});

test('the search for names finds those of primitives, tokens, suites and object identifiers', () => {
  const source = [
    "createHash('md5')",
    "createCipheriv('aes-256-cbc', key)",
    "const alg = 'HS256';",
    "'TLS_RSA_WITH_AES_128_CBC_SHA:AES'",
    "'1.2.840.113549.1.1.5'",
    "sign('sha256', data) // 'sha1'",
    'createDecipheriv(`aes-192-cfb`)',
  ].join('\n');
  assert.deepEqual(strangersIn(source), [
    '1: md5',
    '2: aes-256-cbc',
    '3: HS256',
    '4: TLS_RSA_WITH_AES_128_CBC_SHA',
    '5: 1.2.840.113549.1.1.5',
    '7: aes-192-cfb',
  ]);
});

test('primitives are called with names of the table, not with texts of their own, in base/crypto', () => {
  const calls = /\b(?:createHash|createHmac|hash|hkdfSync|createCipheriv|createDecipheriv|argon2|sign|verify)\(\s*['`]/;
  const found = productFiles()
    .filter((file) => file.startsWith('src/base/crypto/'))
    .filter((file) => calls.test(readFileSync(join(ROOT, file), 'utf8')));
  assert.deepEqual(found, []);
});

test('every algorithm in use is tried with published vectors, or says why not', (t) => {
  corpora(t, 'standards/wycheproof');
  for (const { id, tested } of listAlgorithms()) {
    if ('without' in tested) {
      assert.ok(tested.without.length > 20, id);
      if (tested.test !== null) assert.ok(readFileSync(join(ROOT, tested.test), 'utf8').includes('node:test'), id);
      continue;
    }
    assert.ok(tested.vectors.length > 0, id);
    for (const { file, test: runs } of tested.vectors) {
      assert.ok(readFileSync(corpora(t, file), 'utf8').includes('testGroups'), `${id}: ${file}`);
      const source = readFileSync(join(ROOT, runs), 'utf8');
      assert.ok(source.includes(file.split('/').at(-1) ?? file), `${id}: ${runs} does not read ${file}`);
    }
  }
});
