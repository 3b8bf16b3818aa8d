import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import type { TestContext } from 'node:test';
import { layoutOf } from '#run/server/index.ts';
import type { PlatformAddress } from '#run/server/index.ts';
import { openTrust } from '../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import type { Terminal } from './command-context.ts';
import type { AddCommand } from './commands/command.ts';
import { makeProgram } from './program.ts';

/** For tests only: a terminal that keeps what is written to it. */
export interface RecordedTerminal extends Terminal {
  readonly printed: () => { readonly out: string; readonly err: string };
}

/**
 * Makes one.
 *
 * @param typed what somebody at it answers to every question; nobody is there without
 */
export function recordTerminal(isTerminal = false, typed?: string): RecordedTerminal {
  const kept = { out: '', err: '' };
  return {
    out: (part) => void (kept.out += part),
    err: (part) => void (kept.err += part),
    pipe: async (bytes) => {
      for await (const part of bytes) kept.out += Buffer.from(part).toString('utf8');
    },
    isTerminal,
    ask:
      typed === undefined
        ? null
        : async (question) => {
            kept.err += `${question}${typed}\n`;
            return typed;
          },
    printed: () => ({ ...kept }),
  };
}

/** What a command did. */
export interface CommandRun {
  readonly out: string;
  readonly err: string;
  /** The status that it left for the end of the process. */
  readonly status: number;
}

/** Runs a command of its own words, as the command line would; what it throws is thrown, with what was `printed` before. */
export async function runCommand(add: AddCommand, ...words: readonly string[]): Promise<CommandRun> {
  return runAt(recordTerminal(), add, ...words);
}

/** The same at a terminal of the caller's. */
export async function runAt(
  terminal: RecordedTerminal,
  add: AddCommand,
  ...words: readonly string[]
): Promise<CommandRun> {
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await makeProgram(terminal, [add], words).parseAsync(words, { from: 'user' });
    return { ...terminal.printed(), status: process.exitCode === 1 ? 1 : 0 };
  } catch (error) {
    throw Object.assign(error as Error, { printed: terminal.printed() });
  } finally {
    process.exitCode = before;
  }
}

/** A request as the stand-in heard it. */
export interface HeardRequest {
  readonly route: string;
  readonly body: string;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
  readonly certificate: boolean;
}

/** An answer: JSON, or a status with text of a type. */
export type StandInAnswer =
  | object
  | {
      readonly status: number;
      readonly type: string;
      readonly text: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** An answer that is none: the connection ends. */
export const HANG_UP: StandInAnswer = {};

/** For tests only: what stands in for a platform's API, and the data directory by which commands find it. */
export interface StandIn {
  readonly data: string;
  readonly address: PlatformAddress;
  readonly authority: string;
  readonly heard: readonly HeardRequest[];
  /** Runs a command on this platform. */
  run(add: AddCommand, ...words: readonly string[]): Promise<CommandRun>;
}

/** Starts one that answers by method and path; what it has no answer for is refused as unknown. */
export async function standIn(
  t: TestContext,
  answers: Readonly<Record<string, StandInAnswer | ((body: string) => StandInAnswer | Promise<StandInAnswer>)>>,
): Promise<StandIn> {
  const { identity } = await openTrust(t);
  const { key, certificate: cert } = await identity.serverCertificate([]);
  const authority = identity.certificates.root;
  const heard: HeardRequest[] = [];
  const server = createServer({ key, cert, ca: authority, requestCert: true, rejectUnauthorized: false });
  server.on('request', (request, response) => {
    const socket = request.socket as TLSSocket;
    void text(request).then(async (body) => {
      const route = `${request.method} ${request.url}`;
      const { authorization, accept } = request.headers;
      heard.push({
        route,
        body,
        authorization,
        accept,
        certificate: socket.getPeerCertificate().subject !== undefined,
      });
      const found = answers[route] ?? {
        status: 404,
        type: 'application/problem+json',
        text: '{"code":"API_ROUTE_UNKNOWN","detail":"no such route"}',
      };
      const answer = typeof found === 'function' ? await found(body) : found;
      if (answer === HANG_UP) {
        socket.destroy();
        return;
      }
      const plain = 'status' in answer && 'text' in answer && 'type' in answer;
      response.writeHead(plain ? Number(answer.status) : 200, {
        'content-type': plain ? String(answer.type) : 'application/json',
        ...(plain && 'headers' in answer ? (answer.headers as Record<string, string>) : {}),
      });
      response.end(plain ? String(answer.text) : JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const origin = `https://localhost:${port}`;
  const address: PlatformAddress = {
    pid: process.pid,
    api: origin,
    https: origin,
    mqtt: `mqtts://localhost:${port}`,
    ports: { mqtt: port, https: port, api: port },
    demo: true,
  };
  const data = join(await temporaryFolder(t), 'data');
  const layout = layoutOf(data);
  for (const folder of [layout.run, layout.operator, layout.identity]) await mkdir(folder, { recursive: true });
  const operator = await identity.issueOperator('weir:test');
  await writeFile(layout.address, JSON.stringify(address));
  await writeFile(join(layout.operator, 'operator.key'), operator.key);
  await writeFile(join(layout.operator, 'operator.crt'), operator.certificate);
  await writeFile(join(layout.identity, 'ca.crt'), authority);
  return { data, address, authority, heard, run: (add, ...words) => runCommand(add, ...words, '--data', data) };
}

/** A change of a template that weakens it, as the platform tells it. */
export const WEAKENING = {
  path: 'streams.a.keep',
  kind: 'changed',
  before: 'x'.repeat(60),
  after: null,
  effect: 'weakens',
  explanation: 'it is kept longer',
} as const;

/** What the platform says of a template that is to be applied. */
export function proposalOf(changes: readonly unknown[], weakens: boolean, refused = false) {
  return {
    digest: 'ab'.repeat(32),
    current: 'cd'.repeat(32),
    currentName: 'mine',
    changes,
    weakens,
    refused,
    weaknesses: weakens ? [{ what: WEAKENING.path, explanation: WEAKENING.explanation }] : [],
    approval: null,
    proposal: null,
    unenforced: [],
    otherClasses: [],
    goes: [],
  };
}
