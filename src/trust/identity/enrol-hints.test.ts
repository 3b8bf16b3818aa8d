import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { enrolHints } from './enrol-hints.ts';

const INPUT = {
  key: 'truck-7/device.key',
  certificate: 'truck-7/device.crt',
  authority: 'truck-7/ca.crt',
  host: 'localhost',
  mqttPort: 8883,
  httpsPort: 8443,
  stream: 'climate',
  example: { temperature: 4.5, door: false },
};

/** The words that a POSIX shell makes of a command line. */
const words = (line: string): string[] =>
  execFileSync('sh', ['-c', `set -- ${line}; for w in "$@"; do printf '%s\\0' "$w"; done`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

test('enrolHints() prints commands that read well', () => {
  assert.deepEqual(enrolHints(INPUT), {
    mosquitto:
      'mosquitto_pub -V mqttv5 -h localhost -p 8883 --cafile truck-7/ca.crt --cert truck-7/device.crt ' +
      `--key truck-7/device.key -q 1 -t streams/climate -m '{"temperature":4.5,"door":false}'`,
    curl:
      'curl --cacert truck-7/ca.crt --cert truck-7/device.crt --key truck-7/device.key ' +
      `-H 'content-type: application/json' -d '{"temperature":4.5,"door":false}' https://localhost:8443/v1/streams/climate`,
  });
});

test('enrolHints() quotes what a shell would take apart', () => {
  const input = { ...INPUT, key: "my devices/it's/device.key", example: { note: `a'b"$HOME\`id\`` }, host: '::1' };
  const { mosquitto, curl } = enrolHints(input);
  for (const line of [mosquitto, curl]) {
    const split = words(line);
    assert.ok(split.includes(input.key));
    assert.ok(split.includes(JSON.stringify(input.example)));
  }
  assert.equal(words(curl).at(-1), 'https://[::1]:8443/v1/streams/climate');
});
