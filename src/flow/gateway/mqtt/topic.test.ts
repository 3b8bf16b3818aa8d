import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TOPIC_BYTES, parsePublishTopic, readTopic } from './topic.ts';

test('parsePublishTopic() takes streams and devices and nothing else', () => {
  assert.deepEqual(parsePublishTopic('streams/climate'), { stream: 'climate', about: null });
  assert.deepEqual(parsePublishTopic('streams/_probe'), { stream: '_probe', about: null });
  assert.deepEqual(parsePublishTopic('streams/a/00:1b.2'), { stream: 'a', about: '00:1b.2' });
  for (const topic of [
    '',
    'streams',
    'streams/',
    'streams//x',
    'streams/a/',
    'streams/a/b/c',
    '/streams/a',
    'Streams/a',
    'streams/a b',
    'streams/../x',
    `streams/${'x'.repeat(65)}`,
  ]) {
    assert.equal(parsePublishTopic(topic), null, topic);
  }
});

test('readTopic() refuses bad UTF-8, surrogates, U+0000 and what is longer than any topic', () => {
  const read = (bytes: Buffer) => readTopic(bytes, 0, bytes.length);
  assert.equal(read(Buffer.from('straße')), 'straße');
  assert.equal(read(Buffer.of(0xc0, 0xaf)), null);
  assert.equal(read(Buffer.of(0xed, 0xa0, 0x80)), null);
  assert.equal(read(Buffer.of(0x61, 0)), null);
  assert.equal(read(Buffer.alloc(MAX_TOPIC_BYTES + 1, 'a')), null);
});
