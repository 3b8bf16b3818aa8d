import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { FlowNames, flowLogReader } from '#learn/flows/index.ts';
import type { FlowReading, LogLine } from '#learn/flows/index.ts';
import { CliError } from '../errors.ts';

/** A flow of a file with what its line held besides. */
export interface FileFlow {
  readonly flow: FlowReading;
  readonly values: ReadonlyMap<string, unknown>;
}

export interface FlowFilesParts {
  readonly files: readonly string[];
  /** Told of each line that cannot be taken; the next is read. */
  readonly onFault: (file: string, line: number, message: string) => void;
  /** Told when records of DNS or TLS were left out since there were too many to remember. */
  readonly onDropped: (count: number) => void;
}

/**
 * Reads flow logs, gzip by the ending `.gz`: logs of DNS and TLS are joined with the flows of all files, in whichever
 * order they are named, and what no log of connections has comes at the end. Files are read twice; memory holds what
 * DNS and TLS said.
 *
 * @throws {CliError} CLI_FILE_UNREADABLE if a file is not there
 */
export async function* readFlowFiles({ files, onFault, onDropped }: FlowFilesParts): AsyncGenerator<FileFlow> {
  const names = new FlowNames();
  for (const file of files) {
    for await (const line of readLines(file, () => {})) {
      if (line !== null && 'record' in line && (line.record.kind === 'dns' || line.record.kind === 'tls')) {
        names.add(line.record);
      }
    }
  }
  if (names.dropped > 0) onDropped(names.dropped);
  for (const file of files) {
    for await (const line of readLines(file, (number, message) => onFault(file, number, message))) {
      if (line === null) continue;
      if ('fault' in line) onFault(file, line.fault.line, line.fault.message);
      else if (line.record.kind === 'flow') {
        yield { flow: names.join(line.record.flow), values: line.record.values };
      }
    }
  }
  for (const flow of names.rest()) yield { flow, values: new Map() };
}

/** Lines of a file; one that ends torn, as a log that is being written, gives all that is there. */
async function* readLines(file: string, onTorn: (line: number, message: string) => void): AsyncGenerator<LogLine> {
  const source = createReadStream(file);
  const bytes = file.endsWith('.gz') ? source.pipe(createGunzip()) : source;
  // Node does not pass errors along a pipe.
  source.on('error', (error) => bytes.destroy(error));
  const read = flowLogReader();
  let text = '';
  let count = 0;
  try {
    for await (const chunk of bytes.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      count += lines.length;
      for (const line of lines) yield read(line);
    }
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (!code.startsWith('Z_') && code !== 'ERR_STREAM_PREMATURE_CLOSE') {
      throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${file}: ${(cause as Error).message}`, { cause });
    }
    onTorn(count + 1, 'the file ends here, in the middle of what gzip packed');
  }
  if (text !== '') yield read(text);
}
