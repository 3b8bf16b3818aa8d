import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAddCheckpoint, parseAddCheckpoint } from './witness-request.ts';

/** The example of the specification, with one signature cut. */
const BODY = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

test('parseAddCheckpoint() reads the example of the specification, and formatAddCheckpoint() writes it', () => {
  const request = parseAddCheckpoint(BODY);
  assert.deepEqual([request.oldSize, request.proof.length], [20_852_014, 4]);
  assert.ok(request.note.startsWith('example.com/behind-the-sofa\n20852163\n'));
  assert.equal(formatAddCheckpoint(request), BODY);
});

test('parseAddCheckpoint() reads a request without a proof', () => {
  assert.deepEqual(parseAddCheckpoint('old 0\n\nnote').proof, []);
});

test('parseAddCheckpoint() refuses other forms', () => {
  const hash = 'PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n';
  const wrong = [
    '',
    'old 1\n',
    BODY.replace('old ', 'new '),
    BODY.replace('old 20852014', 'old 020852014'),
    BODY.replace('old 20852014', 'old -1'),
    BODY.replace('old 20852014', 'old 9999999999999999'),
    BODY.replace('PlRN', 'Pl!N'),
    BODY.replace('PlRN', ''),
    `old 1\n${hash.repeat(64)}\nnote`,
    `old 1\n\n${'x'.repeat(140_000)}`,
  ];
  for (const body of wrong)
    assert.throws(() => parseAddCheckpoint(body), { code: 'AUDIT_REQUEST_INVALID' }, body.slice(0, 60));
});
