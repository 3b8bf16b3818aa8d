import type { Control } from '../control.ts';
import { judge } from '../control.ts';

interface DeclaredListener {
  readonly address: string;
  readonly port: number;
}

const LOOPBACK = /^(127\.|::1$|localhost$)/;

/** Compares the ports that the platform's processes listen on with those that it says it has. */
export const onlyDeclaredListeners: Control = {
  id: 'only-declared-listeners',
  row: 15,
  covers: 'part',
  statement: 'the platform listens on the ports and addresses that its template declares, and on no others',
  requirements: ['iso-27001:A.8.20', 'nist-csf:PR.IR-01', 'etsi-en-303645:5.6-1'],
  probe: async (platform) => {
    const open = await platform.listening();
    if (open === null) {
      return { outcome: 'not-applicable', evidence: { reason: 'the operating system does not say who listens' } };
    }
    const { listeners } = await platform.status();
    const declared = (Array.isArray(listeners) ? listeners : []) as unknown as DeclaredListener[];
    const ports = [...new Set(open.map(({ port }) => port))].sort((a, b) => a - b);
    const undeclared = ports.filter((port) => !declared.some((listener) => listener.port === port));
    const wider = open.filter(
      ({ port, loopback }) =>
        !loopback && declared.some((listener) => listener.port === port && LOOPBACK.test(listener.address)),
    );
    return judge(
      {
        'there are listeners': declared.length > 0,
        'each that is declared is open': declared.every(({ port }) => ports.includes(port)),
        'none is open that is not declared': undeclared.length === 0,
        'none is reachable from further than declared': wider.length === 0,
      },
      { open: ports, declared: declared.map(({ port }) => port), undeclared, wider: wider.map(({ port }) => port) },
    );
  },
};
