import { fencesOf } from '../../tools/markdown.ts';

/** One block of commands of a page and what the page says they print. */
export interface TourStep {
  /** The text of a block marked `sh`, run as one script. */
  readonly commands: string;
  /** One-based line of the block in the page. */
  readonly line: number;
  /**
   * `background` for a block marked `sh background`: it goes on running while the next ones are tried. `stopped` for one
   * marked `sh stopped`: no platform runs meanwhile, and one does for the next.
   */
  readonly mode: 'run' | 'background' | 'stopped';
  /** The text of a block marked `text` that follows; undefined where the page shows none. */
  readonly expected: string | undefined;
}

const MODES = ['background', 'stopped'] as const;

/**
 * Takes the steps of a tour from a page: its `sh` blocks in order, each with the `text` block behind it.
 *
 * A block with `untested="reason"` is left out.
 */
export function tourSteps(page: string): TourStep[] {
  const steps: TourStep[] = [];
  const fences = fencesOf(page);
  for (const [index, fence] of fences.entries()) {
    if (!/^sh\b/.test(fence.info) || fence.info.includes('untested=')) continue;
    const next = fences[index + 1];
    steps.push({
      commands: fence.text,
      line: fence.line,
      mode: MODES.find((mode) => fence.info.split(' ').includes(mode)) ?? 'run',
      expected: next !== undefined && /^text\b/.test(next.info) ? next.text : undefined,
    });
  }
  return steps;
}

/**
 * Compares what was printed with what a page shows.
 *
 * In the page `…` stands for anything within a line, and a line of `…` alone for any number of lines;
 * the number of blanks between words does not count, for the width of a table depends on what is in it.
 *
 * @returns undefined if they agree, else the first line of the page that was not found where it should be
 */
export function tourDifference(printed: string, expected: string): string | undefined {
  const actual = linesOf(printed);
  let position = 0;
  let anywhere = false;
  for (const line of linesOf(expected)) {
    if (line === '…') {
      anywhere = true;
      continue;
    }
    const pattern = new RegExp(
      `^${line
        .split('…')
        .map((part) => RegExp.escape(part))
        .join('.*')}$`,
    );
    const found = actual.findIndex((candidate, index) => index >= position && pattern.test(candidate));
    if (found === -1 || (!anywhere && found !== position)) return line;
    position = found + 1;
    anywhere = false;
  }
  return anywhere || position === actual.length ? undefined : `(nothing more, yet there was) ${actual[position]}`;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '));
  return lines.filter((line) => line !== '');
}
