import type { AuditSink, Clock } from '#base/core/index.ts';
import { FormatTokenKey } from '#base/crypto/index.ts';
import { requireAllowed } from '#declare/policy/index.ts';
import type { AccessRequest, DecisionPoint } from '#declare/policy/index.ts';
import { tokenDomainOf } from '#declare/template/index.ts';
import type { Field, Template } from '#declare/template/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { Caller } from '../api/caller.ts';
import { ApiError } from '../api/errors.ts';
import type { ShownDomains } from './shown-domains.ts';
import type { TokenVault } from './token-vault.ts';

export interface TokenDeskParts {
  readonly template: () => Template;
  readonly decisions: DecisionPoint;
  readonly keys: Pick<KeyRing, 'digestKey' | 'tokenMaker'>;
  readonly vault: Pick<TokenVault, 'originals'>;
  readonly shown: Pick<ShownDomains, 'stored' | 'shown'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
  /** Which of some tokens a caller sees in a column of a view for a purpose, by asking as the caller. */
  readonly seen: (
    caller: Caller,
    place: TokenColumn,
    tokens: readonly (string | number)[],
    signal: AbortSignal,
  ) => Promise<ReadonlySet<string | number>>;
}

/** A column of a stream or table, and what for. */
export interface TokenColumn {
  readonly view: string;
  readonly column: string;
  readonly purpose: string;
}

/**
 * From tokens to originals and back, for who may `detokenise` the view for the purpose. Each value is an entry of the
 * log before it is given. An original is given only for a token that the caller sees in the view itself, so row filters
 * and whatever else hides rows hold here too.
 */
export class TokenDesk {
  readonly #parts: TokenDeskParts;

  constructor(parts: TokenDeskParts) {
    this.#parts = parts;
  }

  /**
   * The originals of tokens, in their order; null for a token that the caller does not see there, or that has no
   * original any more.
   *
   * @throws {PolicyError} POLICY_DENIED @throws {ApiError} API_TOKENS_REFUSED where tokens of the column have no way back
   */
  async originals(
    caller: Caller,
    place: TokenColumn,
    tokens: readonly (string | number)[],
    signal: AbortSignal,
  ): Promise<readonly (string | number | null)[]> {
    await this.#admit(caller, place);
    const { field, domain } = this.#fieldOf(place);
    const seen = await this.#parts.seen(caller, place, tokens, signal);
    const asked = tokens.filter((token) => seen.has(token));
    await this.#log(caller, place, asked);
    const stored = new Map(asked.map((token) => [token, this.#parts.shown.stored(domain, token)]));
    const found = await this.#back(field, domain, [...stored.values()]);
    return tokens.map((token) => {
      const behind = stored.get(token);
      return behind === undefined ? null : (found.get(behind) ?? null);
    });
  }

  /**
   * The tokens that originals have in a column, in their order; null for one that can have none there.
   *
   * @throws as `originals`
   */
  async tokens(
    caller: Caller,
    place: TokenColumn,
    originals: readonly (string | number)[],
  ): Promise<readonly (string | number | null)[]> {
    await this.#admit(caller, place);
    const { field, domain } = this.#fieldOf(place);
    const format = field.token?.kind === 'format' ? field.token : null;
    const maker = await this.#parts.keys.tokenMaker(domain, format);
    const stored = originals.map((value) => {
      if (field.type === 'integer') return Number.isSafeInteger(value) ? maker.integer(value as number) : null;
      return typeof value === 'string' ? orNull(() => maker.text(value)) : null;
    });
    const tokens = stored.map((token) => (token === null ? null : this.#parts.shown.shown(domain, token)));
    await this.#log(
      caller,
      place,
      tokens.filter((token) => token !== null),
    );
    return tokens;
  }

  async #back(
    { token }: Field,
    domain: string,
    tokens: readonly (string | number)[],
  ): Promise<ReadonlyMap<string | number, string | number>> {
    if (token?.kind !== 'format') return this.#parts.vault.originals(domain, tokens);
    const { version, key: held } = await this.#parts.keys.digestKey(`token:${domain}`);
    const key = new FormatTokenKey(held.exportBytes(), version, domain, token);
    const found = new Map<string | number, string>();
    for (const each of tokens) {
      const original = orNull(() => key.original(String(each)));
      if (original !== null) found.set(each, original);
    }
    return found;
  }

  /** @throws {ApiError} API_TOKENS_REFUSED */
  #fieldOf({ view, column }: TokenColumn): { readonly field: Field; readonly domain: string } {
    const template = this.#parts.template();
    const fields = template.streams.get(view)?.fields ?? template.tables.get(view)?.fields;
    const field = fields?.find(({ name }) => name === column);
    const domain = field === undefined ? null : tokenDomainOf(view, field);
    if (field !== undefined && domain !== null && field.token !== undefined) return { field, domain };
    throw new ApiError(
      'API_TOKENS_REFUSED',
      `Cannot tell originals of ${view}.${column}: it is no column of a stream or table whose tokens have a way back`,
      { hint: 'Declare `token: reversible`, or an alphabet and lengths, for what shall have one from then on' },
    );
  }

  /** @throws {PolicyError} POLICY_DENIED */
  async #admit(caller: Caller, { view, column, purpose }: TokenColumn): Promise<void> {
    const { template, decisions, audit, clock } = this.#parts;
    const request: AccessRequest = {
      subject: caller.subject,
      action: 'detokenise',
      resource: { type: 'view', name: view },
      purpose,
      context: { time: clock.now(), address: caller.peer.address },
    };
    const decision = decisions.decide(request, template());
    const { obligations } = decisions.decide({ ...request, action: 'query' }, template());
    const clear = decision.obligations?.columns.some(({ name, mask }) => name === column && mask === null) === true;
    // What a policy says of the rows of detokenising alone cannot be asked of a statement, which is a query.
    const sameRows = decision.obligations?.rowFilter === obligations?.rowFilter;
    if (decision.effect === 'allow' && clear && sameRows) return;
    const reason = decision.effect === 'deny' ? decision.reason : clear ? 'rows-unknown' : 'no-column';
    const { rule } = decision;
    await audit.append({
      actor: caller.actor,
      action: 'detokenise',
      resource: `view:${view}`.slice(0, 512),
      ...purposeOf(purpose),
      outcome: 'denied',
      reason,
      detail: { rule: rule.slice(0, 512) },
    });
    requireAllowed(request, { ...decision, effect: 'deny' });
  }

  /** One entry for each value, in the log before any is given. */
  async #log(caller: Caller, { view, column, purpose }: TokenColumn, tokens: readonly (string | number)[]) {
    const { audit } = this.#parts;
    await Promise.all(
      tokens.map((token) =>
        audit.append({
          actor: caller.actor,
          action: 'detokenise',
          resource: `view:${view}`,
          ...purposeOf(purpose),
          outcome: 'allowed',
          detail: { column, token },
        }),
      ),
    );
  }
}

const PURPOSE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** What is no name of a purpose is text of the caller's, which the log is no place for. */
function purposeOf(purpose: string): { readonly purpose: string } {
  return { purpose: PURPOSE.test(purpose) ? purpose : 'invalid' };
}

/** What is not of a format has no token of it, and no original. */
function orNull<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
