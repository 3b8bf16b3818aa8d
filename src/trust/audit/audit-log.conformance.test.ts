import path from 'node:path';
import { decodeEntry } from './entry.ts';
import { TileReader } from './tile-reader.ts';
import { AuditLog } from './audit-log.ts';
import { auditSinkConformance } from '../../../test/conformance/audit-sink.ts';
import { testLogOptions } from '../../../test/support/open-audit-log.ts';
import { disposableFolder } from '../../../test/support/tmp.ts';

auditSinkConformance('AuditLog', async () => {
  const folder = await disposableFolder();
  const log = await AuditLog.open(testLogOptions(path.join(folder.path, 'audit')));
  return {
    sink: log,
    async read(index) {
      const { size } = await log.flush();
      const bundle = await new TileReader(log.source, size).bundle(Math.floor(index / 256));
      return decodeEntry(bundle[index % 256]!).event;
    },
    async [Symbol.asyncDispose]() {
      await log[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
});
