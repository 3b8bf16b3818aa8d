import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followEvents } from './follow-events.ts';
import type { PlatformClient } from './platform-client.ts';

type Answer = readonly string[] | Error;

/** Follows a platform that answers so, one answer for each time it is asked. */
async function follow(answers: readonly Answer[], after: string | null = null) {
  const asked: (string | undefined)[] = [];
  const events: string[] = [];
  let lost = 0;
  const client = {
    stream: async (_method: string, _path: string, { lastEventId }: { lastEventId?: string }) => {
      asked.push(lastEventId);
      const answer = answers[asked.length - 1]!;
      if (answer instanceof Error) throw answer;
      return (async function* () {
        for (const part of answer) {
          if (part === 'torn') throw new Error('aborted');
          yield part;
        }
      })();
    },
  } as unknown as PlatformClient;
  const end = await followEvents((use) => use(client), '/v1/alert-events', {
    after,
    onEvent: ({ data }) => events.push(data),
    onLost: () => (lost += 1),
  }).catch((error: unknown) => error as Error);
  return { asked, events, lost, end };
}

const refused = Object.assign(new Error('refused'), { cause: { status: 403 } });
const gone = new Error('nobody is there');

test('followEvents() comes again behind the last event, whatever ended the connection', async () => {
  const { asked, events, lost, end } = await follow([
    ['id: 7\ndata: a\n\n', 'torn'],
    gone,
    ['id: 9\ndata: b\n\n'],
    Object.assign(new Error('not yet'), { cause: { status: 503 } }),
    refused,
  ]);
  assert.deepEqual(events, ['a', 'b']);
  assert.deepEqual(asked, [undefined, '7', '7', '9', '9']);
  assert.deepEqual([lost, end], [4, refused]);
});

test('followEvents() gives up where nobody is there from the start, and begins where it is told to', async () => {
  assert.equal((await follow([gone])).end, gone);
  assert.deepEqual((await follow([refused], '5')).asked, ['5']);
});
