import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMud } from './read-profile.ts';
import { LAMP_MUD } from '../../../test/support/lamp-mud.ts';

test('readMud() reads what a profile says of itself and both ways', () => {
  const { from, to, ...about } = readMud(LAMP_MUD);
  assert.deepEqual(about, {
    url: 'https://maker.example/lamp',
    lastUpdate: '2026-01-02T03:04:05Z',
    cacheValidity: 48,
    supported: true,
    systemInfo: 'a lamp',
    more: { 'mfg-name': 'Maker' },
  });
  assert.deepEqual(
    [from.map(({ name }) => name), to.map(({ name }) => name)],
    [
      ['cloud', 'dns', 'ports', 'arp'],
      ['cloud-back', 'ping'],
    ],
  );
});

test('readMud() reads the names from before the RFC as the RFC’s', () => {
  const earlier = LAMP_MUD.replace('ietf-access-control-list:acls', 'ietf-access-control-list:access-lists')
    .replace('"eth-acl-type"', '"ethernet-acl-type"')
    .replace('"arp"', '"0x0806"');
  assert.notEqual(earlier, LAMP_MUD);
  // The name of the list's entry has the word too.
  assert.deepEqual(readMud(earlier).to, readMud(LAMP_MUD).to);
  assert.equal(readMud(earlier.replace('"name":"0x0806"', '"name":"arp"')).from.at(-1)?.etherType, 0x0806);
});

test('readMud() refuses what is no profile, and names the place', () => {
  const faults: readonly [what: RegExp, text: string][] = [
    [/not JSON/, LAMP_MUD.slice(0, -1)],
    [/at \/ietf-mud:mud is nothing/, '{}'],
    [/at \/ietf-mud:mud is nothing/, '[]'],
    [/mud-version is 2/, LAMP_MUD.replace('"mud-version":1', '"mud-version":2')],
    [/mud-url/, LAMP_MUD.replace('"mud-url"', '"url"')],
    [/last-update is "yesterday"/, LAMP_MUD.replace('2026-01-02T03:04:05Z', 'yesterday')],
    [/cache-validity is 200/, LAMP_MUD.replace('"cache-validity":48', '"cache-validity":200')],
    [/is-supported/, LAMP_MUD.replace('"is-supported":true', '"is-supported":"yes"')],
    [/no list of that name/, LAMP_MUD.replace('"name":"to-v4"}', '"name":"to-v6"}')],
    [/two lists named/, LAMP_MUD.replaceAll('from-eth', 'from-v4')],
    [/acl\/0\/aces\/ace\/0\/matches\/ipv4\/protocol/, LAMP_MUD.replace('"protocol":6', '"protocol":"tcp"')],
    [/forwarding is "allow"/, LAMP_MUD.replace('"accept"', '"allow"')],
    [/a network such as/, LAMP_MUD.replace('192.168.0.0/16', 'here')],
    [/lower port is above/, LAMP_MUD.replace('"lower-port":5000', '"lower-port":6000')],
    [/at most 65535/, LAMP_MUD.replace('"port":443', '"port":70000')],
    [/eq, neq, lte or gte/, LAMP_MUD.replace('"operator":"eq"', '"operator":"like"')],
    [/from-device or to-device/, LAMP_MUD.replace('"from-device"', '"from-here"')],
  ];
  for (const [message, text] of faults) {
    assert.notEqual(text, LAMP_MUD, String(message));
    assert.throws(() => readMud(text), { code: 'MUD_PROFILE_INVALID', message }, String(message));
  }
  assert.throws(() => readMud(' '.repeat(2_000_000)), { code: 'MUD_PROFILE_INVALID' });
});

test('readMud() takes any truncation for no profile', () => {
  for (let length = 0; length < LAMP_MUD.length; length += 37) {
    assert.throws(() => readMud(LAMP_MUD.slice(0, length)), { code: 'MUD_PROFILE_INVALID' });
  }
});
