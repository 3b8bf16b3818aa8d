import type { AuditSink, Clock, Json } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import type { AlertRule } from './alert-rule.ts';
import { RespondError } from './errors.ts';

const RULES = {
  name: 'watch_rule',
  key: { version: 'integer' },
  clear: { at: 'integer' },
  sealed: (value: Json) => value as unknown as { readonly rule: AlertRule } & Json,
} as const;

export const RULE_TABLES: readonly string[] = sealedTableSql(RULES);

export interface RuleBookParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly audit: AuditSink;
  readonly clock: Clock;
}

/** The longest that a window may last. */
const DAY = 86_400_000_000;
const LONGEST_WINDOW = 31 * DAY;

/** Versions of what people said that alerts are to be. Each is logged before it counts, and can be taken back. */
export class RuleBook {
  readonly #parts: RuleBookParts;
  readonly #table;
  #rules: readonly AlertRule[] = [];

  private constructor(parts: RuleBookParts) {
    this.#parts = parts;
    this.#table = new SealedTable(RULES, parts.sealer);
  }

  /** The catalogue must have the tables of the room. */
  static async open(parts: RuleBookParts): Promise<RuleBook> {
    const book = new RuleBook(parts);
    const rows = await parts.catalogue.transaction((tx) => book.#table.list(tx, { order: ['version'] }));
    book.#rules = rows.map(({ sealed }) => sealed.rule);
    return book;
  }

  /** All versions, those that were taken back included, oldest first. */
  get all(): readonly AlertRule[] {
    return this.#rules;
  }

  /** @throws {RespondError} RESPOND_WINDOW_INVALID */
  async add(rule: Omit<AlertRule, 'version' | 'at' | 'reverted'>): Promise<AlertRule> {
    const { audit, catalogue, clock } = this.#parts;
    const wrong = rule.kind === 'window' ? wrongWindow(rule) : null;
    if (wrong !== null) {
      throw new RespondError('RESPOND_WINDOW_INVALID', `Cannot open window: ${wrong}`, {
        hint: 'Give an end at most 31 days after its beginning',
      });
    }
    const at = clock.now();
    const { kind, stream, by } = rule;
    await audit.append({
      actor: by,
      action: 'change-rules',
      resource: 'alert-rules:*',
      outcome: 'done',
      detail: { kind, ...(stream === null ? {} : { stream }) },
    });
    const made = await catalogue.transaction(async (tx) => {
      // Those about a person that was erased are gone: the newest number counts, not how many there are.
      const [newest] = await this.#table.list(tx, { order: ['version'], descending: true, limit: 1 });
      const version = (newest?.version ?? 0) + 1;
      const next: AlertRule = { ...rule, version, at, reverted: null };
      await this.#table.insert(tx, { version, at }, { rule: next });
      return next;
    });
    this.#rules = [...this.#rules, made].sort((a, b) => a.version - b.version);
    return made;
  }

  /** Takes out what was made about devices that were erased, standing or not. */
  async forget(devices: ReadonlySet<string>, by: string): Promise<void> {
    const gone = this.#rules.filter(({ device }) => device !== null && devices.has(device));
    if (gone.length === 0) return;
    const { audit, catalogue } = this.#parts;
    const detail = { rules: gone.length };
    await audit.append({ actor: by, action: 'forget-rules', resource: 'alert-rules:*', outcome: 'done', detail });
    await catalogue.transaction(async (tx) => {
      for (const { version } of gone) await this.#table.delete(tx, { version });
    });
    this.#rules = this.#rules.filter((rule) => !gone.includes(rule));
  }

  /** Takes a version back: what it silenced is told again. @throws {RespondError} RESPOND_RULE_UNKNOWN */
  async revert(version: number, by: string): Promise<AlertRule> {
    const { audit, catalogue, clock } = this.#parts;
    const rule = this.#rules.find((one) => one.version === version);
    if (rule === undefined || rule.reverted !== null) {
      throw new RespondError('RESPOND_RULE_UNKNOWN', `Cannot take version ${version} back: no such rule stands`, {
        hint: 'See those that stand with `npm run -s weir -- alert rules`',
      });
    }
    const resource = `alert-rules:${version}`;
    await audit.append({ actor: by, action: 'revert-rules', resource, outcome: 'done', detail: { kind: rule.kind } });
    const after: AlertRule = { ...rule, reverted: { by, at: clock.now() } };
    await catalogue.transaction((tx) => this.#table.put(tx, { version, at: rule.at }, { rule: after }));
    this.#rules = this.#rules.map((one) => (one.version === version ? after : one));
    return after;
  }
}

/** What is wrong with the times of a window; null where nothing is. */
function wrongWindow({ from, until }: Pick<AlertRule, 'from' | 'until'>): string | null {
  if (until === null) return 'it has no end';
  if (until <= from) return 'it ends before it begins';
  if (until - from > LONGEST_WINDOW) return `it lasts ${Math.round((until - from) / DAY)} days, and may last 31`;
  return null;
}
