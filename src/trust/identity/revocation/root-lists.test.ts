import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { days, hours } from '#base/core/index.ts';
import { requireProgram } from '../../../../test/support/outside.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { runProgram } from '../../../../test/support/run-program.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { systemClock } from '#base/core/index.ts';
import { pemBlocks } from '../certificates/pem-certificates.ts';

const BY = 'person:x';
const refused = (message: RegExp) => ({ code: 'IDENTITY_AUTHORITY_INVALID', message });
const ISSUING =
  'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n';
const CONFIG = (days: number) => `[ca]
default_ca=root
[root]
database=index.txt
crlnumber=number
certificate=root.crt
private_key=root.key
default_md=sha384
default_crl_days=${days}
crl_extensions=extensions
[extensions]
authorityKeyIdentifier=keyid
`;

/** openssl in a folder of its own: what it wrote to both outputs. */
async function openssl(t: Parameters<typeof requireProgram>[0] & Parameters<typeof temporaryFolder>[0]) {
  const command = requireProgram(t, 'openssl');
  const cwd = await temporaryFolder(t);
  const run = async (line: string): Promise<string> => {
    const { output, errors } = await runProgram({ command, arguments: line.split(' '), cwd }, 20_000);
    return output + errors;
  };
  const save = (name: string, data: string | Uint8Array) => writeFile(path.join(cwd, name), data);
  return { run, save };
}

test('a root whose key is here lists the authorities that were retired, and openssl refuses what they gave', async (t) => {
  const { run, save } = await openssl(t);
  const clock = frozenClock(systemClock.now());
  const { identity } = await openTrust(t, { clock });
  const { inventory, authorities, retirement, rootLists } = identity;
  const before = await rootLists.full(1);
  assert.equal(await rootLists.full(1), before, 'the same while nothing changes');
  const { certificate } = await inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  const [leaf = '', issuing = ''] = certificate.split(/(?<=END CERTIFICATE-----\n)/);
  await authorities.rotate(BY);
  await inventory.renew('a', hours(1), BY);
  await retirement.retireIssuing(1, BY);
  const list = (await rootLists.full(1)) ?? new Uint8Array();
  await save('root.pem', identity.certificates.root);
  await save('leaf.pem', leaf);
  await save('issuing.pem', issuing);
  await save('list.crl', list);
  await save('issuing.crl', (await identity.lists.full(1)) ?? new Uint8Array());
  assert.match(
    await run('crl -inform DER -in list.crl -noout -CAfile root.pem -text'),
    /Cessation Of Operation[^]*verify OK/,
  );
  await run('crl -inform DER -in list.crl -out list.pem');
  await run('crl -inform DER -in issuing.crl -out issuing-list.pem');
  const verify =
    'verify -crl_check_all -CAfile root.pem -untrusted issuing.pem -CRLfile list.pem -CRLfile issuing-list.pem leaf.pem';
  assert.match(await run(verify), /certificate revoked/);
  clock.advance(days(16));
  assert.notDeepEqual(await rootLists.full(1), list, 'made anew at half of its life');
  assert.equal(await rootLists.full(2), null);
});

test('a root elsewhere signs what it has to take back with openssl; its list is checked, handed out, and acted upon', async (t) => {
  const { run, save } = await openssl(t);
  const { identity, reopenIdentity, audit } = await openTrust(t);
  const { authorities, retirement, rootLists } = identity;
  await run(
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout root.key -out root.crt -days 900 -subj /O=Works/CN=Root -addext keyUsage=critical,keyCertSign,cRLSign',
  );
  const root = await run('x509 -in root.crt');
  await save('ext', ISSUING);
  const take = async (): Promise<void> => {
    await save('in.csr', await authorities.request(BY));
    await run(
      'x509 -req -in in.csr -CA root.crt -CAkey root.key -CAcreateserial -days 300 -sha384 -extfile ext -out out.crt',
    );
    await authorities.accept((await run('x509 -in out.crt')) + root, BY);
  };
  const signed = async (index: string, lasts = 30): Promise<string> => {
    await save('index.txt', index);
    await save('crl.cnf', CONFIG(lasts));
    await run('ca -gencrl -config crl.cnf -out root.crl');
    return run('crl -in root.crl');
  };
  await save('number', '01\n');
  await take();
  await take();
  // The first root and what stands below it go first: the new one takes over.
  await retirement.retireIssuing(1, BY);
  await assert.rejects(retirement.retireRoot(2, BY), refused(/issuing authority 3, 2 stands below root 2/));
  assert.equal((await retirement.retireRoot(1, BY)).keyHere, false);
  assert.equal(await rootLists.full(1), null);
  assert.equal(identity.certificates.roots.length, 1);

  assert.equal(await rootLists.full(2), null, 'nothing was signed yet');
  assert.equal(await rootLists.index(2), '');
  const empty = await signed('');
  assert.deepEqual(await rootLists.accept(empty, BY), { root: 2, retired: [] });
  assert.deepEqual(
    await rootLists.full(2),
    new Uint8Array(Buffer.from(empty.replaceAll(/-----.*-----|\s/g, ''), 'base64')),
  );

  await retirement.retireIssuing(2, BY);
  await assert.rejects(rootLists.accept(await signed(''), BY), refused(/leaves out issuing authority 2/));
  const index = await rootLists.index(2);
  assert.match(index, /^R\t.*cessationOfOperation\t[0-9A-F]+\tunknown\t\/CN=Weir issuing/);
  const whole = await signed(index);
  assert.deepEqual(await rootLists.accept(whole, BY), { root: 2, retired: [] });
  await save('handed.crl', (await (await reopenIdentity()).rootLists.full(2)) ?? new Uint8Array());
  assert.match(await run('crl -inform DER -in handed.crl -noout -CAfile root.crt -text'), /verify OK/);
  assert.ok(
    audit.events.some(({ action, resource }) => action === 'take-root-list' && resource === 'authority:root:2'),
  );

  const [signing = ''] = identity.certificates.issuing;
  await save('signing.crt', signing);
  const serial = (await run('x509 -in signing.crt -noout -serial')).trim().replace('serial=', '');
  const more = `R\t491231235959Z\t260101000000Z\t${serial}\tunknown\t/CN=x\n`;
  await assert.rejects(
    rootLists.accept(await signed(index + more), BY),
    refused(/takes back the authority that signs/),
  );
  await take();
  assert.deepEqual(await rootLists.accept(await signed(index + more), BY), { root: 2, retired: [3] });
  assert.equal((await authorities.list()).find(({ generation }) => generation === 3)?.state, 'retired');

  await run(
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout root.key -out root.crt -days 900 -subj /O=Works/CN=Root',
  );
  await assert.rejects(rootLists.accept(await signed(index), BY), refused(/none of our roots/));
  for (const text of ['', '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n']) {
    await assert.rejects(rootLists.accept(text, BY), {
      code: text === '' ? 'IDENTITY_AUTHORITY_INVALID' : 'IDENTITY_DER_INVALID',
    });
  }
  assert.equal(pemBlocks(root).length, 1);
});
