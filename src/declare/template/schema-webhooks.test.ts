import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const hook = (line: string): readonly string[] => findingsOf(`webhooks: { soc: { ${line} } }\n`);

test('webhooks are reached over HTTPS, and what they are signed with stands in no template', () => {
  const { webhooks } = makeTemplate(`
webhooks:
  soc: { url: 'https://soc.example.com/hooks', secret: soc.secret }
  near: { url: 'http://127.0.0.1:9000/', secret: near.secret, severity: high, network: private, authority: ca.pem, region: us }
`);
  assert.deepEqual(
    [...webhooks!.values()],
    [
      {
        name: 'soc',
        url: 'https://soc.example.com/hooks',
        secret: 'soc.secret',
        severity: 'low',
        network: 'public',
        authority: null,
      },
      {
        name: 'near',
        url: 'http://127.0.0.1:9000/',
        secret: 'near.secret',
        severity: 'high',
        network: 'private',
        authority: 'ca.pem',
        region: 'us',
      },
    ],
  );
  assert.deepEqual(hook("url: 'http://soc.example.com/', secret: s"), ['TEMPLATE_VALUE_INVALID 3:25']);
  assert.deepEqual(hook("url: 'https://user:pass@soc.example.com/', secret: s"), ['TEMPLATE_VALUE_INVALID 3:25']);
  assert.deepEqual(hook("url: 'https://soc.example.com/', secret: '../keys/root'"), ['TEMPLATE_VALUE_INVALID 3:61']);
  assert.deepEqual(hook("url: 'https://soc.example.com/'"), ['TEMPLATE_KEY_MISSING 3:18']);
  assert.deepEqual(hook("url: 'https://soc.example.com/', secrt: s, secret: s"), ['TEMPLATE_KEY_UNKNOWN 3:53 ~secret']);
});
