import os from 'node:os';

/**
 * What the machine is, as far as a reader of evidence needs it to judge speed and kind. It is not named: evidence goes
 * to outsiders, and the deployment's id and keys say whose it is.
 */
export function machineFacts(): Readonly<Record<string, string | number>> {
  const [processor] = os.cpus();
  return {
    system: os.platform(),
    release: os.release(),
    architecture: os.arch(),
    processor: processor?.model ?? 'unknown',
    processors: os.cpus().length,
    memoryBytes: os.totalmem(),
    node: process.version,
    openssl: process.versions.openssl,
  };
}
