import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '#base/core/index.ts';
import type { Limits } from '#declare/template/index.ts';
import { REASON, reasonOf } from '#flow/ingest/index.ts';
import type { Outcomes, Reason, WireFormat } from '#flow/ingest/index.ts';
import { formatOfMediaType } from '../payload-format.ts';
import type { DeviceDirectory, DeviceEntry, IngestPort } from '../ports.ts';
import { BodyError, readBody } from './bounded-body.ts';
import type { BodyFault } from './bounded-body.ts';
import { lineChunks } from './line-chunks.ts';
import { OutcomeList } from './outcomes.ts';
import { TRY_LATER, problem, problemOf, sendJson, sendProblem } from './problem.ts';
import type { StreamTarget } from './stream-path.ts';

export interface StreamRouteDeps {
  readonly clock: Clock;
  readonly ingest: IngestPort;
  readonly devices: DeviceDirectory;
  limits(): Limits;
}

/**
 * `POST /v1/streams/<stream>`: one reading or many, each with its outcome; answered when all of them are durable.
 *
 * @param sender the device whose certificate was shown and which may act
 */
export async function takeReadings(
  deps: StreamRouteDeps,
  sender: DeviceEntry,
  target: StreamTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { ingest } = deps;
  const refuse = (reason: Reason, close = false): void => {
    ingest.refuse(sender.name, target.stream, reason.number, null);
    sendProblem(response, problemOf(reason), {}, close);
  };
  const about = findAbout(deps.devices, sender, target.device);
  if ('word' in about) return refuse(about, true);
  const format = formatOfMediaType(request.headers['content-type'] ?? 'application/json');
  if (format === null) return refuse(REASON.format, true);
  const outcomes = new OutcomeList();
  try {
    const decide = (bytes: Buffer): Outcomes =>
      ingest.admitMany(sender, target.stream, about, bytes, format, deps.clock.now());
    const whole = await decideAll(deps, format, request, outcomes, decide);
    if (!whole) outcomes.add(tooMany(ingest, sender, target));
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    return refuseBody(error.fault, outcomes, refuse, response);
  }
  await answer(ingest, outcomes, response);
}

function findAbout(devices: DeviceDirectory, sender: DeviceEntry, name: string | null): DeviceEntry | Reason {
  if (name === null || name === sender.name) return sender;
  const about = devices.find(name);
  if (about === null) return REASON.unknownDevice;
  // The sender's entry of now: a connection that is kept open may have begun with another right.
  const speaksFor = devices.find(sender.name)?.speaksFor ?? [];
  return speaksFor.includes(about.type) ? about : REASON.notAllowed;
}

/** @returns false where there were more readings than one request may bring */
async function decideAll(
  deps: StreamRouteDeps,
  format: WireFormat,
  request: IncomingMessage,
  outcomes: OutcomeList,
  decide: (bytes: Buffer) => Outcomes,
): Promise<boolean> {
  const { payloadBytes, batchReadings, decompressedBytes } = deps.limits();
  const body = readBody(request, decompressedBytes);
  if (format !== 'ndjson') {
    const parts: Buffer[] = [];
    for await (const part of body) parts.push(part);
    outcomes.add(decide(parts.length === 1 ? parts[0]! : Buffer.concat(parts)));
    return true;
  }
  for await (const { bytes, lines } of lineChunks(body, payloadBytes, batchReadings)) {
    if (outcomes.readings + lines > batchReadings) return false;
    outcomes.add(decide(bytes));
    // A body may be longer than what may wait: the next part comes when this one is on disk.
    if (deps.ingest.busy) await deps.ingest.durable().catch(() => {});
  }
  return true;
}

function tooMany(ingest: IngestPort, sender: DeviceEntry, { stream }: StreamTarget): Outcomes {
  const reasons = Uint8Array.of(ingest.refuse(sender.name, stream, REASON.tooManyReadings.number, null));
  return { reasons, places: new Map(), stored: 0, refused: 1 };
}

async function answer(ingest: IngestPort, outcomes: OutcomeList, response: ServerResponse): Promise<void> {
  try {
    await ingest.durable();
  } catch {
    // Some of it may be on disk; who sends it again with `seq` has it once.
    return sendProblem(response, TRY_LATER);
  }
  if (outcomes.readings === 0) {
    return sendProblem(response, problem(400, 'empty', 'The request holds no reading.'));
  }
  const refusal = outcomes.refusal === null ? undefined : reasonOf(outcomes.refusal);
  if (refusal === undefined) sendJson(response, outcomes.status, outcomes.answer());
  else sendProblem(response, problemOf(refusal), outcomes.answer());
}

function refuseBody(
  fault: BodyFault,
  outcomes: OutcomeList,
  refuse: (reason: Reason, close: boolean) => void,
  response: ServerResponse,
): void {
  switch (fault) {
    case 'aborted':
      response.destroy();
      return;
    case 'encoding':
      return refuse(REASON.format, true);
    case 'size':
    case 'decode':
      // What came before is decided and told; only a body that is refused whole is refused in one word.
      if (outcomes.readings === 0) return refuse(fault === 'size' ? REASON.size : REASON.decode, true);
      sendProblem(response, problemOf(fault === 'size' ? REASON.size : REASON.decode), outcomes.answer(), true);
  }
}
