import { tokenDomainOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { DecisionPoint } from './decision-point.ts';
import { subjectWith } from './named-subjects.ts';

/** A stream whose tokens somebody could tell apart by publishing known originals and looking for their tokens. */
export interface Dictionary {
  readonly stream: string;
  readonly columns: readonly string[];
  /** The role that queries it. */
  readonly role: string;
  /** How the role can bring values in: it enrols devices of the types that publish, or replays old readings. */
  readonly by: readonly string[];
}

/**
 * Who may both bring values into a tokenised stream and see their tokens: together that is a dictionary, whatever the
 * token key. People do not publish; whoever may enrol a device or replay into the stream has the same effect.
 */
export function dictionariesOf(template: Template, decisions: DecisionPoint): readonly Dictionary[] {
  return [...template.streams.values()].flatMap((stream) => {
    const tokens = stream.fields.filter((field) => tokenDomainOf(stream.name, field) !== null).map(({ name }) => name);
    if (tokens.length === 0) return [];
    return [...template.people.values()].flatMap((role): Dictionary[] => {
      const subject = subjectWith(role.name);
      const may = (action: 'enrol' | 'replay') => {
        const resource =
          action === 'enrol'
            ? ({ type: 'device', name: '*' } as const)
            : ({ type: 'stream', name: stream.name } as const);
        return decisions.decide({ subject, action, resource, purpose: null, context: {} }, template).effect === 'allow';
      };
      const by = (['enrol', 'replay'] as const).filter(may);
      const seen = [null, ...role.purposes].flatMap(
        (purpose) => decisions.decideQuery(subject, stream.name, purpose, template).obligations?.columns ?? [],
      );
      const columns = tokens.filter((token) => seen.some(({ name, mask }) => name === token && mask !== 'null'));
      return by.length === 0 || columns.length === 0 ? [] : [{ stream: stream.name, columns, role: role.name, by }];
    });
  });
}
