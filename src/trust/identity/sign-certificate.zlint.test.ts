import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { DECLARED, openTrust } from '../../../test/support/open-trust.ts';
import { requireProgram } from '../../../test/support/outside.ts';
import { runProgram } from '../../../test/support/run-program.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { formatPem } from './certificates/pem-certificates.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/testing-certificates.md');
/** The standards that hold for certificates of any kind; zlint's others are for the web, for mail, for signed code. */
const STANDARDS = 'RFC3279,RFC5280,RFC5480,RFC5891,RFC8813';
const BY = 'test';

type Findings = Readonly<Record<string, { readonly result: string; readonly details?: string }>>;

test('zlint finds nothing in certificates and lists but what the page on testing gives a reason for', async (t) => {
  const zlint = requireProgram(t, 'zlint');
  const folder = await temporaryFolder(t);
  const declared = { ...DECLARED, statusUrl: () => 'http://weir.example.com:8080' };
  const { identity } = await openTrust(t, { declared });
  // What stands in the certificate of an issuing authority depends on the address, which is known from the second on.
  await identity.authorities.rotate(BY);
  const { certificate } = await identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, BY);
  await identity.revocations.revoke({ kind: 'device', name: 'truck-1' }, 'keyCompromise', BY);
  const operator = await identity.issueOperator(BY);
  await identity.retirement.retireIssuing(1, BY);
  const server = await identity.serverCertificate(['weir.example.com']);
  const list = (der: Uint8Array | null) => formatPem(der ?? new Uint8Array(), 'X509 CRL');
  const made = {
    root: identity.certificates.root,
    issuing: identity.certificates.issuing[0] ?? '',
    device: certificate,
    operator: operator.certificate,
    server: server.certificate,
    list: list(await identity.lists.full(2)),
    delta: list(await identity.lists.delta(2)),
    'list of the root': list(await identity.rootLists.full(1)),
  };
  const lint = async (file: string, ...words: readonly string[]): Promise<Findings> => {
    const { output } = await runProgram({ command: zlint, arguments: [...words, file], cwd: folder }, 60_000);
    return JSON.parse(output) as Findings;
  };
  const found = new Set<string>();
  for (const [what, pem] of Object.entries(made)) {
    const file = path.join(folder, 'one.pem');
    // Of a chain the first.
    await writeFile(file, pem.slice(0, pem.indexOf('-----', pem.indexOf('-----END') + 5) + 6));
    const standards = await lint(file, '-includeSources', STANDARDS);
    assert.deepEqual(faults(standards), [], what);
    assert.ok(Object.values(standards).filter(({ result }) => result === 'pass').length >= 7, what);
    for (const name of faults(await lint(file))) found.add(`${what}: ${name}`);
  }
  const page = await readFile(PAGE, 'utf8');
  const explained = [...page.matchAll(/^\| ([a-z ]+) \| `([a-z_0-9]+)` \|/gm)].map(
    ([, what, name]) => `${what}: ${name}`,
  );
  assert.deepEqual([...found].sort(), explained.sort());
});

function faults(findings: Findings): string[] {
  const isFault = (result: string): boolean => ['warn', 'error', 'fatal'].includes(result);
  return Object.entries(findings).flatMap(([name, { result }]) => (isFault(result) ? [name] : []));
}
