import { ipfixFlow } from './ipfix-flow.ts';
import { zeekRecord } from './zeek-record.ts';
import type { LogRecord } from './zeek-record.ts';
import { beginZeek, readZeekHeader, zeekColumns } from './zeek-columns.ts';

/** A line of a flow log that cannot be taken, and why. */
export interface LogFault {
  readonly line: number;
  readonly message: string;
}

/** What a line is: a record, a fault, or nothing, as lines of a header are. */
export type LogLine = { readonly record: LogRecord } | { readonly fault: LogFault } | null;

/** Longest line, in UTF-16 code units. */
const LONGEST_LINE = 65_536;

/**
 * Reads a flow log line by line: a log of Zeek (conn, dns or ssl) with its header, the same as JSON lines, or flows as
 * JSON with the names of IPFIX. Untrusted: a line that is torn, or has a value of another type, is a fault of its own,
 * and the next one is read.
 */
export function flowLogReader(): (text: string) => LogLine {
  const zeek = beginZeek();
  let line = 0;
  const fault = (message: string): LogLine => ({ fault: { line, message } });
  return (text) => {
    line += 1;
    const plain = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (plain.trim() === '') return null;
    if (plain.length > LONGEST_LINE)
      return fault(`it has ${plain.length} characters, at most ${LONGEST_LINE} are read`);
    if (plain.startsWith('#')) {
      readZeekHeader(zeek, plain);
      return null;
    }
    const read = plain.trimStart().startsWith('{') ? jsonRecord(plain) : tabRecord(zeek, plain);
    return typeof read === 'string' ? fault(read) : { record: read };
  };
}

function tabRecord(zeek: ReturnType<typeof beginZeek>, text: string): LogRecord | string {
  const columns = zeekColumns(zeek, text);
  return typeof columns === 'string' ? columns : zeekRecord(zeek.path, columns);
}

function jsonRecord(text: string): LogRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON, or torn';
  }
  const values = new Map(Object.entries(value as Record<string, unknown>));
  if (values.has('ts') || values.has('id.orig_h')) {
    const named = values.get('_path');
    return zeekRecord(typeof named === 'string' ? named : guessPath(values), values);
  }
  return ipfixFlow(values);
}

/** Zeek names the log in JSON only where it is told to: then what only one log has tells. */
function guessPath(values: ReadonlyMap<string, unknown>): string {
  if (values.has('qtype') || values.has('query') || values.has('rcode')) return 'dns';
  return values.has('server_name') || values.has('cipher') || values.has('established') ? 'ssl' : 'conn';
}
