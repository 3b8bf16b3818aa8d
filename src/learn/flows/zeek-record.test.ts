import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zeekRecord } from './zeek-record.ts';

const VALUES = {
  ts: 1,
  'id.orig_h': '10.0.0.1',
  'id.orig_p': 8,
  'id.resp_h': '8.8.8.8',
  'id.resp_p': 0,
  proto: 'icmp',
};
const of = (change: Record<string, unknown>, path = 'conn') =>
  zeekRecord(path, new Map(Object.entries({ ...VALUES, ...change })));

/** What is wrong with a record; empty where nothing is. */
function faultOf(change: Record<string, unknown>): string {
  const record = of(change);
  return typeof record === 'string' ? record : '';
}

test('zeekRecord() takes who is local from Zeek, else from the addresses', () => {
  const direction = (change: Record<string, unknown>): unknown => {
    const record = of(change);
    return typeof record === 'object' && record.kind === 'flow' ? record.flow.direction : record;
  };
  assert.equal(direction({}), 'out');
  assert.equal(direction({ local_orig: false, local_resp: true }), 'in');
  assert.equal(direction({ 'id.orig_h': '1.1.1.1', 'id.resp_h': '192.168.0.3' }), 'in');
  assert.equal(direction({ 'id.orig_h': '1.1.1.1' }), null);
});

test('zeekRecord() knows logs by their names, labelled ones too', () => {
  const kind = (path: string): unknown => {
    const record = of({ query: 'a.example', answers: ['1.2.3.4'] }, path);
    return typeof record === 'object' ? record.kind : record;
  };
  assert.deepEqual(['conn', 'dns_labeled', 'ssl', 'http', ''].map(kind), ['flow', 'dns', 'tls', 'other', 'flow']);
});

test('zeekRecord() says what is missing or of another type', () => {
  assert.match(faultOf({ ts: null }), /no time/);
  assert.match(faultOf({ proto: '' }), /proto/);
  assert.match(faultOf({ orig_bytes: -1 }), /`orig_bytes` is `-1`/);
  assert.match(faultOf({ service: 5 }), /`service` is `5`, which is no text/);
});
