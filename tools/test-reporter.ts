import path from 'node:path';
import type { EventData } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** What a report has told. */
export interface Told {
  /** The paths of files in which something failed. */
  readonly files: Set<string>;
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * A reporter for `node --test`: one line per file, every failure in full with what its file printed,
 * then what was skipped and why, and as the last line `N passed, N failed, N skipped`.
 *
 * A test that was marked as skipped counts as skipped even if it threw afterwards: that is how it is left.
 *
 * @param told takes what is reported
 */
export async function* report(
  events: AsyncIterable<TestEvent>,
  root: string,
  told: Told = { files: new Set(), passed: 0, failed: 0, skipped: 0 },
): AsyncGenerator<string> {
  const printed = new Map<string, string[]>();
  const failures: string[] = [];
  const skips = new Map<string, number>();

  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      // What a file prints comes under its name as it was given, all else under its whole path.
      printed.getOrInsertComputed(path.resolve(root, data.file ?? ''), () => []).push(data.message);
    } else if (type === 'test:pass' || type === 'test:fail') {
      // A file stands for itself only where its tests cannot: it did not load, has none, or ended badly after them.
      if (isWholeFile(data, root))
        yield* fileLines(data.file, type === 'test:pass', undefined, data.details.duration_ms);
      if (data.skip !== undefined) skips.set(reasonOf(data.skip), (skips.get(reasonOf(data.skip)) ?? 0) + 1);
      else if (type === 'test:fail') {
        if (data.file !== undefined) told.files.add(data.file);
        if (!isSumOfSubtests(data.details.error)) failures.push(describe(data, root));
      }
    } else if (type === 'test:interrupted') {
      for (const test of data.tests) failures.push(`${relative(test.file, root)}: ${test.name}: interrupted\n`);
    } else if (type === 'test:summary') {
      if (data.file === undefined) yield* ending(failures, skips, data, told);
      else yield* fileLines(data.file, data.success, data.counts, data.duration_ms);
    }
  }

  function* fileLines(file: string, passed: boolean, counts: Counts | undefined, ms: number): Generator<string> {
    const tests = counts === undefined ? 'no tests ran' : `${counts.passed} of ${counts.tests}`;
    yield `${passed ? 'ok  ' : 'FAIL'} ${relative(file, root)} (${tests}, ${(ms / 1000).toFixed(1)} s)\n`;
    if (!passed) yield indent((printed.get(file) ?? []).join(''));
    printed.delete(file);
  }
}

const LOADER = /^node_modules\/\.cache\/tests\/(.+)\.test\.mjs$/;

type Counts = EventData.TestSummary['counts'];

// The runner takes a reporter from the default export, by its interface.
// oxlint-disable-next-line import/no-default-export
export default (events: AsyncIterable<TestEvent>): AsyncGenerator<string> => report(events, process.cwd());

function* ending(
  failures: readonly string[],
  skips: ReadonlyMap<string, number>,
  summary: EventData.TestSummary,
  told: Told,
): Generator<string> {
  const { tests, passed, skipped, todo } = summary.counts;
  Object.assign(told, { passed, failed: tests - passed - skipped - todo, skipped });
  if (failures.length > 0) yield `\nFailed:\n\n${failures.join('\n')}`;
  if (skips.size > 0) yield `\nSkipped:\n`;
  for (const [reason, count] of [...skips].toSorted((a, b) => b[1] - a[1])) yield `  ${count} × ${reason}\n`;
  const others = `${skipped} skipped${todo > 0 ? `, ${todo} to do` : ''}`;
  yield `\n${passed} passed, ${told.failed} failed, ${others} in ${(summary.duration_ms / 1000).toFixed(0)} s\n`;
}

function reasonOf(skip: string | boolean): string {
  return typeof skip === 'string' && skip !== '' ? skip : 'no reason given';
}

/** A parent whose subtests failed repeats what they have said. */
function isSumOfSubtests(error: Error): boolean {
  return 'failureType' in error && error.failureType === 'subtestsFailed';
}

function describe(data: EventData.TestFail, root: string): string {
  const { error } = data.details;
  const what = error.cause instanceof Error ? inspect(error.cause) : error.message;
  return `${relative(data.file, root)}:${data.line ?? 1}: ${data.name}\n${indent(what)}`;
}

function indent(text: string): string {
  return text === '' ? '' : `${text.trimEnd().replaceAll(/^/gm, '    ')}\n`;
}

function relative(file: string | undefined, root: string): string {
  if (file === undefined) return 'unknown file';
  const place = path.relative(root, file);
  // What loads the tests of a room stands for the room.
  return LOADER.exec(place)?.[1]?.replaceAll('-', '/') ?? place;
}

/** The runner treats each file as a test that has the path of the file for its name, as it was given. */
function isWholeFile<T extends EventData.TestPass | EventData.TestFail>(
  data: T,
  root: string,
): data is T & { file: string } {
  return data.nesting === 0 && data.file !== undefined && path.resolve(root, data.name) === data.file;
}
