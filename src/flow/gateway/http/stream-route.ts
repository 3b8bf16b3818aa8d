import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '#base/core/index.ts';
import type { Limits, Stream } from '#declare/template/index.ts';
import { REASON, expectedOf, reasonOf } from '#flow/ingest/index.ts';
import type { Allowance, Outcomes, Reason, WireFormat } from '#flow/ingest/index.ts';
import { formatOfMediaType } from '../payload-format.ts';
import type { DeviceTally } from '../connections/device-tally.ts';
import type { DeviceDirectory, DeviceEntry, IngestPort } from '../ports.ts';
import type { BodyRoom } from './body-room.ts';
import { BodyError, readBody } from './bounded-body.ts';
import type { BodyFault } from './bounded-body.ts';
import { lineChunks } from './line-chunks.ts';
import { OutcomeList } from './outcomes.ts';
import { TRY_LATER, problem, problemOf, sendJson, sendProblem } from './problem.ts';
import { QUOTA_EXCEEDED, rateLimitFields } from './rate-limit-fields.ts';
import type { StreamTarget } from './stream-path.ts';

export interface StreamRouteDeps {
  readonly clock: Clock;
  readonly ingest: IngestPort;
  readonly devices: DeviceDirectory;
  /** What bodies of all requests take up. */
  readonly bodies: BodyRoom;
  limits(): Limits;
  /** As it is declared now. */
  stream(name: string): Stream | undefined;
}

/**
 * `POST /v1/streams/<stream>`: one reading or many, each with its outcome; answered when all of them are durable.
 *
 * @param sender the device whose certificate was shown and which may act
 * @param tally where its messages are counted: each part of a body is one
 */
export async function takeReadings(
  deps: StreamRouteDeps,
  sender: DeviceEntry,
  target: StreamTarget,
  request: IncomingMessage,
  response: ServerResponse,
  tally: DeviceTally | null = null,
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
  const declared = deps.stream(target.stream);
  const outcomes = new OutcomeList((reason, place) =>
    declared === undefined ? null : expectedOf(declared, reason, place),
  );
  // Parts of a body may be in several commit groups, each of which may fail while the next is kept.
  const groups = new Set<Promise<void>>();
  try {
    const topic = { stream: target.stream, about, refusal: 0 };
    const decide = (bytes: Buffer): Outcomes => {
      const received = deps.clock.now();
      tally?.message(bytes.length, received, topic);
      const decided = ingest.admitMany(sender, target.stream, about, bytes, format, received);
      const group = ingest.durable();
      // Heard of where it is answered, if anybody is left to hear it.
      group.catch(() => undefined);
      groups.add(group);
      return decided;
    };
    const whole = await decideAll(deps, format, request, outcomes, decide);
    if (!whole) outcomes.add(tooMany(ingest, sender, target));
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    return refuseBody(error.fault, { outcomes, groups }, refuse, response);
  }
  const { stream } = target;
  const tellRate = (): number => tellAllowance(response, ingest.allowance(about, stream, deps.clock.now()), stream);
  await answer({ outcomes, groups }, response, stream, tellRate);
}

/** Says what may still be sent. @returns seconds until there is more, 0 where nothing is used up or known */
function tellAllowance(response: ServerResponse, allowance: Allowance | null, stream: string): number {
  if (allowance === null) return 0;
  const { perSecond, burst, tokens } = allowance;
  const reset = tokens >= burst ? 0 : Math.ceil((1 - (tokens % 1)) / perSecond);
  const window = Math.max(1, Math.ceil(burst / perSecond));
  const limit = { policy: stream, quota: burst, window, remaining: Math.floor(tokens), reset, unit: 'readings' };
  for (const [name, value] of Object.entries(rateLimitFields([limit]))) response.setHeader(name, value);
  return reset;
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
  using place = deps.bodies.begin(decompressedBytes);
  const body = readBody(request, decompressedBytes, place);
  if (format !== 'ndjson') {
    const parts: Buffer[] = [];
    for await (const part of body) {
      place.take(part.length);
      parts.push(part);
    }
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
  return { reasons, places: new Map(), dropped: [], stored: 0, refused: 1 };
}

/** What was decided, and what has to be durable before anybody hears of it. */
interface Decided {
  readonly outcomes: OutcomeList;
  readonly groups: ReadonlySet<Promise<void>>;
}

/** Resolves once all of it is durable; where it cannot be, who sent it is told to try later. @returns whether it is */
async function isKept({ groups }: Decided, response: ServerResponse, close = false): Promise<boolean> {
  try {
    await Promise.all(groups);
    return true;
  } catch {
    // Some of it may be on disk; who sends it again with `seq` has it once.
    sendProblem(response, TRY_LATER, {}, close);
    return false;
  }
}

async function answer(
  decided: Decided,
  response: ServerResponse,
  stream: string,
  tellRate: () => number,
): Promise<void> {
  const { outcomes } = decided;
  if (!(await isKept(decided, response))) return;
  if (outcomes.readings === 0) {
    return sendProblem(response, problem(400, 'empty', 'The request holds no reading.'));
  }
  const reset = tellRate();
  const refusal = outcomes.refusal === null ? undefined : reasonOf(outcomes.refusal);
  // Both fields name the same moment: whoever heeds one comes no earlier than the other says.
  if (refusal?.number === REASON.rate.number) response.setHeader('retry-after', Math.max(reset, 1));
  if (refusal === undefined) sendJson(response, outcomes.status, outcomes.answer());
  else sendProblem(response, problemOf(refusal), { ...quotaOf(refusal, stream), ...outcomes.answer() });
}

/** What a problem document says of a quota that was used up. */
function quotaOf(refusal: Reason, stream: string): object {
  return refusal.number === REASON.rate.number ? { type: QUOTA_EXCEEDED, 'violated-policies': [stream] } : {};
}

async function refuseBody(
  fault: BodyFault,
  decided: Decided,
  refuse: (reason: Reason, close: boolean) => void,
  response: ServerResponse,
): Promise<void> {
  const { outcomes } = decided;
  switch (fault) {
    case 'aborted':
      response.destroy();
      return;
    case 'encoding':
      return refuse(REASON.format, true);
    case 'room':
      return sendProblem(response, TRY_LATER, {}, true);
    case 'size':
    case 'decode':
      // What came before is decided and told; only a body that is refused whole is refused in one word.
      if (outcomes.readings === 0) return refuse(fault === 'size' ? REASON.size : REASON.decode, true);
      if (!(await isKept(decided, response, true))) return;
      sendProblem(response, problemOf(fault === 'size' ? REASON.size : REASON.decode), outcomes.answer(), true);
  }
}
