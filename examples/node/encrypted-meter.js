/**
 * A device that sends values nobody on the way can read, the platform included: each is encrypted (CKKS) under the public
 * key of whoever may ask for sums. It needs `mqtt` and `node-seal`, and nothing of the platform's own code.
 *
 *   node examples/node/encrypted-meter.js mqtts://localhost:8883 meter-1 streams/meters watts fleet-keys/public.key < values
 *
 * `meter-1` is the folder that `weir device enrol` wrote. A value comes by line; each is acknowledged before the next is sent.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connectAsync } from 'mqtt';
import makeSeal from 'node-seal';

const [url, folder, topic, field, keyFile] = process.argv.slice(2);
if (keyFile === undefined) {
  console.error('usage: encrypted-meter.js URL CREDENTIAL-FOLDER TOPIC FIELD PUBLIC-KEY < VALUES');
  process.exit(2);
}

// The parameters of the sums, of 128 bits of security: see docs/tasks/share-safely.md.
const SCALE = 2 ** 50;
/** Greater values are sent in a greater unit. */
const MOST = 1e6;
const seal = await makeSeal();
const parameters = new seal.EncryptionParameters(seal.SchemeType.ckks);
parameters.setPolyModulusDegree(8_192);
parameters.setCoeffModulus(seal.CoeffModulus.Create(8_192, Int32Array.from([60, 60, 60])));
const context = new seal.SEALContext(parameters, true, seal.SecLevelType.tc128);
const key = new seal.PublicKey();
key.loadFromArray(context, Uint8Array.from(await readFile(keyFile)));
const [encoder, encryptor] = [new seal.CKKSEncoder(context), new seal.Encryptor(context, key)];

/** A value, its square and a one in one ciphertext: sums of these give mean and variance, and how many there were. */
function encrypt(value) {
  const [plain, sealed] = [new seal.Plaintext(), new seal.Ciphertext()];
  encoder.encode(Float64Array.of(value, value * value, 1), SCALE, plain);
  encryptor.encrypt(plain, sealed);
  const bytes = sealed.saveToArray(seal.ComprModeType.none).slice();
  for (const handle of [sealed, plain]) handle.delete();
  return Buffer.from(bytes).toString('base64');
}

const [clientKey, certificate, authority] = await Promise.all(
  ['device.key', 'device.crt', 'ca.crt'].map((file) => readFile(join(folder, file))),
);
const client = await connectAsync(url, { protocolVersion: 5, key: clientKey, cert: certificate, ca: authority });
let sent = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const value = Number(line);
  if (line.trim() === '' || !(Math.abs(value) <= MOST)) continue;
  await client.publishAsync(topic, JSON.stringify({ time: Date.now() / 1_000, [field]: encrypt(value) }), { qos: 1 });
  sent += 1;
}
await client.endAsync();
console.log(`${sent} sent`);
