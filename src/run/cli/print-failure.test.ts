import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliError } from './errors.ts';
import { EXIT, printFailure } from './print-failure.ts';

function failure(error: unknown, json = false): { status: number; text: string } {
  let text = '';
  const terminal = {
    out: () => assert.fail('failures go to standard error'),
    pipe: () => assert.fail('failures go to standard error'),
    err: (part: string) => (text += part),
    isTerminal: false,
    ask: null,
  };
  return { status: printFailure(error, terminal, json), text };
}

test('printFailure() names code and hint', () => {
  const error = new CliError('CLI_NO_PLATFORM', 'Cannot find a running platform', { hint: 'Start one' });
  assert.deepEqual(failure(error), {
    status: EXIT.failed,
    text: 'weir: Cannot find a running platform [CLI_NO_PLATFORM]\nhint: Start one\n',
  });
});

test('printFailure() shows what an error quotes without what steers a terminal', () => {
  const { text } = failure(new CliError('CLI_REFUSED', 'no \u001b[2J\u202e\r'));
  assert.equal(text, 'weir: no \\x1b[2J\\x202e\\x0d [CLI_REFUSED]\n');
});

test('printFailure() shows the code of the platform where that refused', () => {
  const cause = { status: 404, code: 'IDENTITY_DEVICE_UNKNOWN' };
  assert.match(failure(new CliError('CLI_REFUSED', 'no', { cause })).text, /\[IDENTITY_DEVICE_UNKNOWN\]/);
  assert.match(
    failure(new CliError('CLI_REFUSED', 'no', { cause: { status: 502, code: '' } })).text,
    /\[CLI_REFUSED\]/,
  );
});

test('printFailure() writes JSON where JSON was asked for', () => {
  const { text } = failure(new CliError('CLI_USAGE', 'Cannot query'), true);
  assert.deepEqual(JSON.parse(text), { error: { code: 'CLI_USAGE', message: 'Cannot query' } });
});

test('printFailure() tells wrong use, interruption and failures of the system apart', () => {
  assert.equal(failure(new CliError('CLI_USAGE', 'no')).status, EXIT.usage);
  assert.equal(failure(new DOMException('stopped', 'AbortError')).status, EXIT.interrupted);
  const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  assert.deepEqual(failure(missing), { status: EXIT.failed, text: 'weir: no such file [ENOENT]\n' });
  assert.match(failure('odd').text, /odd \[FAULT\]/);
});
