import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { MOST_PIPELINED, Pipeline } from './pipeline.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

async function start(t: TestContext) {
  const pipeline = new Pipeline();
  const open = new Set<ServerResponse>();
  const arrived = Promise.withResolvers<void>();
  let [wanted, refused] = [Infinity, 0];
  const server = createServer((request, response) => {
    if (!pipeline.enter(request, response)) return void refused++;
    open.add(response);
    response.once('close', () => open.delete(response));
    if (open.size >= wanted) arrived.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  const gone = new Promise<void>((resolve) => server.once('connection', (one) => one.once('close', () => resolve())));
  const send = async (requests: number): Promise<void> => {
    wanted = requests;
    socket.write(GET.repeat(requests));
    await arrived.promise;
  };
  return { open, socket, gone, send, refused: () => refused };
}

test('a connection with too many requests under way ends, and one that waits for its answers goes on', async (t) => {
  const { open, socket, gone, send, refused } = await start(t);
  await send(MOST_PIPELINED);
  for (const response of open) response.end();
  let answers = '';
  socket.on('data', (chunk: Buffer) => (answers += chunk.toString()));
  while (open.size > 0) await new Promise((resolve) => setImmediate(resolve));
  socket.write(GET.repeat(MOST_PIPELINED + 1));
  await gone;
  assert.deepEqual([open.size, refused()], [0, 1]);
  assert.equal(answers.match(/200 OK/g)?.length, MOST_PIPELINED);
});
