import { ShownTokens } from '#base/crypto/index.ts';
import { tokenDomainOf, tokenFormats } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { TokenSight } from '#flow/query/index.ts';
import type { TokenMark } from '#flow/store/index.ts';
import type { KeyRing, ShownKey } from '#trust/keys/index.ts';

export interface ShownDomainsParts {
  readonly keys: Pick<KeyRing, 'shownKeys'>;
  readonly template: () => Template;
}

/** A token as a text or an integer. */
export type Token = string | number;

/**
 * Stored tokens and what they are shown as, in both directions. What is stored never changes with a key: whoever is shown
 * tokens is shown those of the version in force, of old rows and new ones alike.
 */
export class ShownDomains {
  readonly #parts: ShownDomainsParts;
  /** Of each domain the live versions, the newest first. */
  #keys: ReadonlyMap<string, readonly ShownKey[]> = new Map();
  #epoch = 0;

  private constructor(parts: ShownDomainsParts) {
    this.#parts = parts;
  }

  static async open(parts: ShownDomainsParts): Promise<ShownDomains> {
    const domains = new ShownDomains(parts);
    await domains.refresh();
    return domains;
  }

  /** Grows when tokens are shown in another way: what was opened before is not used again. */
  get epoch(): number {
    return this.#epoch;
  }

  /** What holds at this moment and goes on to hold in the result, whatever is rotated meanwhile. */
  asOfNow(): ShownDomains {
    const now = new ShownDomains(this.#parts);
    now.#keys = this.#keys;
    now.#epoch = this.#epoch;
    return now;
  }

  /** Looks what versions there are. @param onChange called in the same turn in which they are in force */
  async refresh(onChange: () => void = () => undefined): Promise<void> {
    this.#keys = Map.groupBy(await this.#parts.keys.shownKeys(), ({ domain }) => domain);
    this.#epoch += 1;
    onChange();
  }

  /** The version in force of a domain; 1 where what is stored is shown. */
  versionOf(domain: string): number {
    return this.#active(domain)?.version ?? 1;
  }

  /** The version in force of each domain that has another than 1. */
  versions(): ReadonlyMap<string, number> {
    return new Map([...this.#keys.keys()].map((domain) => [domain, this.versionOf(domain)]));
  }

  /** The domains of a stream or table. */
  domainsOf(relation: string): readonly string[] {
    const { streams, tables } = this.#parts.template();
    const fields = (streams.get(relation) ?? tables.get(relation))?.fields ?? [];
    return fields.flatMap((field) => tokenDomainOf(relation, field) ?? []);
  }

  /** Whether a domain is shown as it is stored. */
  isAsStored(domain: string): boolean {
    return this.#active(domain) === undefined;
  }

  /**
   * How a column is shown that the template in force declares.
   *
   * @param mayHoldOriginals true where something of it was stored before it held tokens: then nothing that is not plainly a
   *   token may become another text
   */
  ofColumn(relation: string, column: string, mayHoldOriginals: boolean): TokenSight | null {
    const domain = this.domainOf(relation, column);
    return domain === null ? null : this.#sight(domain, !mayHoldOriginals);
  }

  /** How a column of a segment is shown, by what the segment says of it. */
  ofMark(mark: TokenMark): TokenSight | null {
    // Tokens of several domains in one column: nobody knows which is which.
    return mark.domain === '' ? null : this.#sight(mark.domain, true);
  }

  /** The domain of a declared column; null where it holds no tokens. */
  domainOf(relation: string, column: string): string | null {
    const { streams, tables } = this.#parts.template();
    const field = (streams.get(relation) ?? tables.get(relation))?.fields.find(({ name }) => name === column);
    return field === undefined ? null : tokenDomainOf(relation, field);
  }

  /** A stored token as it is shown now. */
  shown(domain: string, stored: Token): Token {
    const active = this.#active(domain);
    return active === undefined ? stored : showOne(this.#open(active), stored);
  }

  /** Rows of a declared relation as objects, with tokens as they are shown now. */
  rowsOf<R extends Readonly<Record<string, unknown>>>(relation: string, rows: readonly R[]): readonly R[] {
    const domains = Object.keys(rows[0] ?? {}).flatMap((column) => {
      const domain = this.domainOf(relation, column);
      return domain === null || this.isAsStored(domain) ? [] : [[column, domain] as const];
    });
    if (domains.length === 0) return rows;
    return rows.map((row) => {
      const shown: Record<string, unknown> = { ...row };
      for (const [column, domain] of domains) {
        const value = row[column];
        if (typeof value === 'string' || typeof value === 'number') shown[column] = this.shown(domain, value);
      }
      return shown as R;
    });
  }

  /** Everything that a stored token may stand as in what is kept: as stored, and as each live version shows it. */
  forms(domain: string, stored: Token): readonly Token[] {
    return [stored, ...(this.#keys.get(domain) ?? []).map((key) => showOne(this.#open(key), stored))];
  }

  /** The stored token behind one that a caller has, of whatever live version; what is of none is taken as it is. */
  stored(domain: string, shown: Token): Token {
    const keys = this.#keys.get(domain) ?? [];
    if (typeof shown === 'string') {
      for (const key of keys) {
        const [found] = this.#open(key, false).storedTexts([shown]);
        if (found !== shown) return found!;
      }
    }
    // What does not say its version is taken as it is shown now.
    const active = this.#active(domain);
    if (active === undefined) return shown;
    const open = this.#open(active);
    // A digest of another form says that it is none of this version.
    if (typeof shown === 'string') return SAYS_VERSION.test(shown) ? shown : open.storedTexts([shown])[0]!;
    return open.storedIntegers(Float64Array.of(shown))[0]!;
  }

  /**
   * A condition over the columns of a relation that names tokens as they are shown, with these as they are stored, so that
   * it means the same after a rotation.
   *
   * @returns null where the relation has tokens of several domains, and it cannot be told whose one is
   */
  storedCondition(relation: string, condition: string): string | null {
    const domains = [...new Set(this.domainsOf(relation))];
    const later = /\bt(?:[2-9]|[1-9]\d{1,8})-[a-z2-7]{16}\b/g;
    if (!later.test(condition)) return condition;
    const [domain] = domains;
    if (domain === undefined || domains.length > 1) return null;
    return condition.replace(later, (token) => String(this.stored(domain, token)));
  }

  #active(domain: string): ShownKey | undefined {
    return this.#keys.get(domain)?.find(({ isActive }) => isActive);
  }

  #sight(domain: string, keepsFormat: boolean): TokenSight | null {
    const active = this.#active(domain);
    if (active === undefined) return null;
    const format = keepsFormat ? this.#formatOf(domain) : null;
    return { domain, version: active.version, key: active.key.exportBytes(), format };
  }

  #open({ domain, version, key }: ShownKey, keepsFormat = true): ShownTokens {
    return new ShownTokens(key.exportBytes(), version, domain, keepsFormat ? this.#formatOf(domain) : null);
  }

  #formatOf(domain: string) {
    return tokenFormats(this.#parts.template()).get(domain) ?? null;
  }
}

const SAYS_VERSION = /^t[1-9]\d{0,8}-[a-z2-7]{16}$/;

function showOne(shown: ShownTokens, stored: Token): Token {
  return typeof stored === 'string' ? shown.texts([stored])[0]! : shown.integers(Float64Array.of(stored))[0]!;
}
