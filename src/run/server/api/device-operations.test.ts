import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASON } from '#flow/ingest/index.ts';
import { DEVICE_OPERATIONS } from './device-operations.ts';

test('DEVICE_OPERATIONS names the status of every reason for which a reading is taken or refused', () => {
  const { post } = DEVICE_OPERATIONS['/v1/streams/{stream}'] as { post: { responses: Record<string, unknown> } };
  for (const { word, http } of Object.values(REASON)) assert.ok(String(http) in post.responses, `${word}: ${http}`);
});
