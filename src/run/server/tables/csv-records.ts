/** A record of a text file: its values by column or member name, and the line that it begins on (one-based). */
export interface SourceRecord {
  readonly values: ReadonlyMap<string, unknown>;
  readonly line: number;
}

/**
 * Records of a CSV file with a header line, fields quoted as RFC 4180 says, lines ended by LF or CRLF.
 *
 * The separator is the one of `;`, `,` and tab that the header line holds most of. Records with more or fewer fields
 * than the header keep those that they have.
 */
export async function* csvRecords(chunks: AsyncIterable<string>): AsyncIterable<SourceRecord> {
  let header: string[] | null = null;
  for await (const { fields, line } of rows(chunks)) {
    if (header === null) {
      header = fields.map((name) => name.trim());
      continue;
    }
    if (fields.length === 1 && fields[0] === '') continue;
    const values = new Map<string, unknown>();
    for (const [i, name] of header.entries()) if (fields[i] !== undefined) values.set(name, fields[i]);
    yield { values, line };
  }
}

async function* rows(chunks: AsyncIterable<string>): AsyncIterable<{ fields: string[]; line: number }> {
  let text = '';
  let separator: string | null = null;
  let line = 1;
  const cut = (final: boolean): { fields: string[]; line: number } | null => {
    separator ??= separatorOf(text, final);
    if (separator === null) return null;
    const row = cutRow(text, separator, final);
    if (row === null) return null;
    const cutAt = line;
    for (let i = 0; i < row.length; i++) if (text[i] === '\n') line++;
    text = text.slice(row.length);
    return { fields: row.fields, line: cutAt };
  };
  for await (const chunk of chunks) {
    text += chunk;
    let whole = false;
    // Cut only where a line has ended: a quoted field may hold line ends, so this is a hint and not the rule.
    whole = chunk.includes('\n');
    for (let row = whole ? cut(false) : null; row !== null; row = cut(false)) yield row;
  }
  for (let row = text === '' ? null : cut(true); row !== null; row = text === '' ? null : cut(true)) yield row;
}

function separatorOf(text: string, final: boolean): string | null {
  const end = text.indexOf('\n');
  if (end === -1 && !final) return null;
  const header = end === -1 ? text : text.slice(0, end);
  const count = (separator: string) => header.split(separator).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

function cutRow(text: string, separator: string, final: boolean): { fields: string[]; length: number } | null {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = '';
    if (text[at] === '"') {
      for (at++; ;) {
        const quote = text.indexOf('"', at);
        if (quote === -1 || (quote === text.length - 1 && !final)) return null;
        field += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        field += '"';
        at++;
      }
    }
    const end = nextOf(text, separator, at);
    if (end === -1) {
      if (!final) return null;
      fields.push(field + text.slice(at));
      return { fields, length: text.length };
    }
    if (text[end] === '\n') {
      const from = text[end - 1] === '\r' ? end - 1 : end;
      fields.push(field + text.slice(at, Math.max(at, from)));
      return { fields, length: end + 1 };
    }
    fields.push(field + text.slice(at, end));
    at = end + 1;
  }
}

function nextOf(text: string, separator: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === separator || text[at] === '\n') return at;
  return -1;
}
