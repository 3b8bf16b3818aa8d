/** A profile of a lamp that speaks to its maker's cloud and to what is local, with the RFC's names. */
export const LAMP_MUD = JSON.stringify({
  'ietf-mud:mud': {
    'mud-version': 1,
    'mud-url': 'https://maker.example/lamp',
    'last-update': '2026-01-02T03:04:05Z',
    'cache-validity': 48,
    'is-supported': true,
    systeminfo: 'a lamp',
    'mfg-name': 'Maker',
    'from-device-policy': { 'access-lists': { 'access-list': [{ name: 'from-v4' }, { name: 'from-eth' }] } },
    'to-device-policy': { 'access-lists': { 'access-list': [{ name: 'to-v4' }] } },
  },
  'ietf-access-control-list:acls': {
    acl: [
      {
        name: 'from-v4',
        type: 'ipv4-acl-type',
        aces: {
          ace: [
            {
              name: 'cloud',
              matches: {
                ipv4: { protocol: 6, 'ietf-acldns:dst-dnsname': 'cloud.maker.example' },
                tcp: {
                  'destination-port': { operator: 'eq', port: 443 },
                  'ietf-mud:direction-initiated': 'from-device',
                },
              },
              actions: { forwarding: 'accept' },
            },
            {
              name: 'dns',
              matches: {
                'ietf-mud:mud': { controller: 'urn:ietf:params:mud:dns' },
                ipv4: { protocol: 17, dscp: 0 },
                udp: { 'destination-port': { operator: 'eq', port: 53 } },
              },
              actions: { forwarding: 'accept' },
            },
            {
              name: 'ports',
              matches: {
                'ietf-mud:mud': { 'local-networks': [null] },
                ipv4: { protocol: 17, 'destination-ipv4-network': '192.168.0.0/16' },
                udp: { 'source-port': { 'lower-port': 5000, 'upper-port': 5010 } },
              },
              actions: { forwarding: 'accept' },
            },
          ],
        },
      },
      {
        name: 'from-eth',
        type: 'eth-acl-type',
        aces: {
          ace: [
            {
              name: 'arp',
              matches: { eth: { ethertype: 'arp', 'destination-mac-address': 'ff:ff:ff:ff:ff:ff' } },
              actions: { forwarding: 'accept' },
            },
          ],
        },
      },
      {
        name: 'to-v4',
        type: 'ipv4-acl-type',
        aces: {
          ace: [
            {
              name: 'cloud-back',
              matches: {
                ipv4: { protocol: 6, 'ietf-acldns:src-dnsname': 'cloud.maker.example' },
                tcp: { 'source-port': { operator: 'eq', port: 443 } },
              },
              actions: { forwarding: 'accept' },
            },
            {
              name: 'ping',
              matches: { ipv4: { protocol: 1 }, icmp: { type: 8, code: 0 } },
              actions: { forwarding: 'drop' },
            },
          ],
        },
      },
    ],
  },
});
