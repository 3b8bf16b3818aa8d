import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemRandom as random } from '#base/crypto/index.ts';
import { testCustody } from '../../../test/conformance/custody.ts';
import { SoftHsm, TOKEN_PIN } from '../../../test/support/soft-hsm.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { FolderCustody } from './folder-custody.ts';
import { createPkcs11Root, openPkcs11Root } from './pkcs11-root.ts';
import type { Pkcs11Place } from './pkcs11-root.ts';

let hsm: SoftHsm;
/** One token for all tests, and a key of its own for each. */
let keys = 0;
before(async () => void (hsm = await SoftHsm.prepare()));
after(() => hsm.remove());

function makePlace(t: TestContext): Pkcs11Place {
  return { kind: 'pkcs11', module: hsm.module, token: hsm.token(t), key: `weir-root-${(keys += 1)}` };
}

testCustody('custody in a security module', async (t) => {
  const [place, folder] = [makePlace(t), await temporaryFolder(t)];
  const first = await createPkcs11Root(place, TOKEN_PIN, random);
  let made: typeof first | null = first;
  return {
    open: async () => {
      const root = made ?? (await openPkcs11Root(place, TOKEN_PIN, random));
      made = null;
      return new FolderCustody(root, folder);
    },
  };
});

test('the root key never leaves the module: it does not show itself, and cannot be wrapped out', async (t) => {
  const place = makePlace(t);
  await using root = await createPkcs11Root(place, TOKEN_PIN, random);
  const sealed = await root.seal('x', new Uint8Array(32));
  const { default: pkcs11 } = await import('pkcs11js');
  const module = new pkcs11.PKCS11();
  module.load(place.module);
  const slot = module.C_GetSlotList(true).find((each) => module.C_GetTokenInfo(each).label.trim() === place.token);
  if (slot === undefined) throw new Error('no token');
  const session = module.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
  // The process is logged in: whoever else asks now has the same rights as the platform.
  module.C_FindObjectsInit(session, [{ type: pkcs11.CKA_LABEL, value: `${place.key}-1` }]);
  const [key] = module.C_FindObjects(session, 1);
  module.C_FindObjectsFinal(session);
  if (key === undefined) throw new Error('no key');
  const flags = module.C_GetAttributeValue(session, key, [
    { type: pkcs11.CKA_SENSITIVE },
    { type: pkcs11.CKA_EXTRACTABLE },
    { type: pkcs11.CKA_NEVER_EXTRACTABLE },
    { type: pkcs11.CKA_LOCAL },
  ]);
  assert.deepEqual(
    flags.map(({ value }) => value[0]),
    [1, 0, 1, 1],
  );
  assert.throws(() => module.C_GetAttributeValue(session, key, [{ type: pkcs11.CKA_VALUE }]), /SENSITIVE/);
  const wrapping = module.C_GenerateKey(session, { mechanism: pkcs11.CKM_AES_KEY_GEN }, [
    { type: pkcs11.CKA_VALUE_LEN, value: 32 },
    { type: pkcs11.CKA_WRAP, value: true },
  ]);
  const wrap = { mechanism: pkcs11.CKM_AES_KEY_WRAP };
  assert.throws(() => module.C_WrapKey(session, wrap, wrapping, key, Buffer.alloc(64)), /UNEXTRACTABLE/);
  module.C_CloseSession(session);
  assert.equal(sealed.length, 2 + 12 + 32 + 16);
});

test('openPkcs11Root() tells a wrong PIN, a missing token, a missing module and a missing key apart', async (t) => {
  const place = makePlace(t);
  const open = (change: Partial<Pkcs11Place>, pin = TOKEN_PIN) => openPkcs11Root({ ...place, ...change }, pin, random);
  await assert.rejects(open({}, 'wrong-pin'), { code: 'KEYS_PIN_WRONG' });
  await assert.rejects(open({ token: 'nobody' }), { code: 'KEYS_CUSTODY_UNAVAILABLE', message: /no token/ });
  await assert.rejects(open({ module: '/nowhere.so' }), { code: 'KEYS_CUSTODY_UNAVAILABLE' });
  await assert.rejects(open({}), { code: 'KEYS_ROOT_MISSING' });
  await (await createPkcs11Root(place, TOKEN_PIN, random))[Symbol.asyncDispose]();
  await assert.rejects(createPkcs11Root(place, TOKEN_PIN, random), { code: 'KEYS_ROOT_EXISTS' });
});
