import type { Log } from '#base/core/index.ts';
import { decodeUtf8 } from '#base/core/index.ts';
import type { Witness, WitnessAnswer } from './witness.ts';
import { REQUEST_LENGTH_LIMIT } from './witness-request.ts';

/** Status codes of answers. */
const STATUS = { malformed: 400, 'unknown-log': 404, unsigned: 403, inconsistent: 422 } as const;

/** What the handler needs of a request: Node's own has it. */
export interface WitnessHttpRequest extends AsyncIterable<unknown> {
  readonly url?: string | undefined;
  readonly method?: string | undefined;
}

/** What the handler needs of a response. */
export interface WitnessHttpResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
  destroy(): unknown;
}

interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
}

/**
 * Makes the handler of a witness's HTTP server: `POST /add-checkpoint`, and `GET /<origin hash>/checkpoint`
 * for those who want to know what was cosigned. There is no authentication but the checkpoint's signature.
 *
 * @see C2SP tlog-witness, «HTTP Interface»
 */
export function witnessHandler(
  witness: Witness,
  log: Log,
): (request: WitnessHttpRequest, response: WitnessHttpResponse) => void {
  return (request, response) => {
    route(witness, request)
      .catch((error: unknown) => {
        log.error({ error: String(error) }, 'the witness could not answer');
        return { status: 503 };
      })
      .then((reply: Reply) => send(response, reply))
      .catch(() => response.destroy());
  };
}

async function route(witness: Witness, request: WitnessHttpRequest): Promise<Reply> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return { status: 405 };
    const body = await readBody(request);
    return body === null ? { status: 400 } : answerReply(await witness.addCheckpoint(body));
  }
  const hash = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path)?.[1];
  if (hash === undefined) return { status: 404 };
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405 };
  const note = witness.cosigned(hash);
  return note === null ? { status: 404 } : { status: 200, type: 'text/plain; charset=utf-8', body: note };
}

function answerReply(answer: WitnessAnswer): Reply {
  switch (answer.outcome) {
    case 'cosigned':
      return { status: 200, type: 'text/plain; charset=utf-8', body: answer.lines };
    case 'conflict':
      return { status: 409, type: 'text/x.tlog.size', body: `${answer.size}\n` };
    default:
      return { status: STATUS[answer.outcome] };
  }
}

/** The body as text, or null where it is too long or not UTF-8. Untrusted: anyone can send this. */
async function readBody(request: WitnessHttpRequest): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > REQUEST_LENGTH_LIMIT) return null;
    chunks.push(chunk);
  }
  try {
    return decodeUtf8(Buffer.concat(chunks));
  } catch {
    return null;
  }
}

function send(response: WitnessHttpResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    'content-type': type ?? 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body ?? '');
}
