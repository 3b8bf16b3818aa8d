import type { Categories } from './categories.ts';
import type { DeviceRows } from './device-rows.ts';
import { sayFinding, subjectOf } from './explain-finding.ts';
import type { Cause, Finding } from './finding.ts';
import type { WatchPlan } from './watch-plan.ts';

/** Characters of a text that a sentence has at most. */
const MOST_CHARACTERS = 64;
const ODD = ['odd-order', 'odd-time', 'unfamiliar'] as const;

/**
 * Says which texts were odd: detectors see numbers in their place. Texts of classes whose values are in no alert are not
 * named, nor tokens, which are shown under keys that rotate.
 *
 * What a device said last is remembered, as it is needed to say what came after what; not beyond a restart.
 */
export class TextNamer {
  readonly #plan: WatchPlan;
  readonly #categories: Pick<Categories, 'textOf'>;
  /** By device, the last number of each input that may be named. */
  readonly #last = new Map<string, Float64Array>();
  readonly #inputs: readonly number[];

  constructor(plan: WatchPlan, categories: Pick<Categories, 'textOf'>) {
    this.#plan = plan;
    this.#categories = categories;
    this.#inputs = plan.inputs.flatMap(({ name }, i) => (plan.named?.includes(name) === true ? [i] : []));
  }

  /** Takes the rows of a device and what was found in them. @returns the same findings, with texts in their sentences */
  take(device: string, rows: DeviceRows, found: readonly Finding[]): readonly Finding[] {
    if (this.#inputs.length === 0) return found;
    const named = found.map((finding) => this.#name(device, rows, finding));
    this.#remember(device, rows);
    return named;
  }

  /** Forgets what a device said last. */
  forget(device: string): void {
    this.#last.delete(device);
  }

  #name(device: string, { values, times, count }: DeviceRows, finding: Finding): Finding {
    const [cause] = finding.causes;
    const detector = ODD.find((name) => finding.sentence === sayFinding(device, name, finding.causes));
    const time = finding.evidence.at(-1)?.time;
    if (cause === undefined || time === undefined) return finding;
    const field = subjectOf(cause.field);
    const words = finding.violates === undefined ? this.#plan.words?.get(field) : undefined;
    if (detector === undefined)
      return words === undefined ? finding : sayMeasure(finding, `${device} ${words}`, cause, this.#also(finding));
    const place = this.#inputs.findIndex((input) => this.#plan.inputs[input]!.name === field);
    if (place === -1) return finding;
    const [width, input] = [this.#plan.inputs.length + 1, this.#inputs[place]!];
    let before = this.#last.get(device)?.[place] ?? NaN;
    for (let row = 0; row < count; row++) {
      const value = values[row * width + input]!;
      if (value !== value) continue;
      if (times[row] === time) return this.#say(finding, detector, device, field, value, before);
      before = value;
    }
    return finding;
  }

  #say(
    finding: Finding,
    detector: (typeof ODD)[number],
    device: string,
    field: string,
    value: number,
    before: number,
  ): Finding {
    const [text, last] = [this.#textOf(value, field), this.#textOf(before, field)];
    if (text === null) return finding;
    const words = this.#plan.words?.get(field);
    if (words !== undefined) {
      const than = last === null || last === text ? '' : `, and before ${last}`;
      return { ...finding, sentence: `${device} ${words}: ${text}${than}${this.#also(finding)}` };
    }
    const time = finding.evidence.at(-1)!.time;
    const at = new Date(time / 1_000).toISOString().slice(11, 16);
    const why =
      detector === 'odd-time'
        ? `at ${at} UTC, a time at which it hardly ever is`
        : `after ${last ?? 'what came before'}, which it hardly ever comes after`;
    return { ...finding, sentence: `${field} of ${device} was ${text} ${why}` };
  }

  /** What else was unusual, in the words of the other causes. */
  #also({ causes }: Finding): string {
    const words = causes.slice(1).flatMap(({ field }) => this.#plan.words?.get(subjectOf(field)) ?? []);
    return words.map((one) => `; it also ${one}`).join('');
  }

  /** A text in quotes; a number, and what is yes or no, as it is. */
  #textOf(value: number, field: string): string | null {
    if (value !== value) return null;
    if (this.#plan.inputs.find(({ name }) => name === field)?.form === 'number') return String(value);
    if (value === 0 || value === 1) return String(value === 1);
    const text = this.#categories.textOf(value);
    return text === null ? null : JSON.stringify(text.slice(0, MOST_CHARACTERS));
  }

  #remember(device: string, { values, count }: DeviceRows): void {
    const width = this.#plan.inputs.length + 1;
    let last = this.#last.get(device);
    if (last === undefined) this.#last.set(device, (last = new Float64Array(this.#inputs.length).fill(NaN)));
    for (const [place, input] of this.#inputs.entries()) {
      for (let row = count - 1; row >= 0; row--) {
        const value = values[row * width + input]!;
        if (value !== value) continue;
        last[place] = value;
        break;
      }
    }
  }
}

/** How a measure was unusual, in the words of its field. */
function sayMeasure(finding: Finding, what: string, { value, usual, unit }: Cause, also: string): Finding {
  const of = (number: number): string => `${Number(number.toPrecision(4))}${unit === null ? '' : ` ${unit}`}`;
  const said = value === null ? '' : `: ${of(value)}`;
  const range = usual === null ? '' : `; usual for it is ${of(Math.max(0, usual[0]))} to ${of(usual[1])}`;
  return { ...finding, sentence: `${what}${said}${range}${also}` };
}
