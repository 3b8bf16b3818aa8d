import { connect } from 'node:tls';
import { TLS_GROUPS } from '#base/crypto/index.ts';
import type { AgreementOutcome } from '#assure/controls/index.ts';
import type { HandshakePlace } from './try-handshake.ts';

/** Groups that no listener of ours should take, beside those that may. */
const STRANGERS = ['secp521r1', 'ffdhe2048', 'ffdhe4096'];

/** Shakes hands once by each group of the table, and by others, one after the other. */
export async function tryAgreements(place: HandshakePlace): Promise<readonly AgreementOutcome[]> {
  const outcomes: AgreementOutcome[] = [];
  for (const group of [...TLS_GROUPS.map(({ library }) => library), ...STRANGERS]) {
    outcomes.push(await tryAgreement(place, group));
  }
  return outcomes;
}

async function tryAgreement(
  { url, authority, credential, timeoutMs, dial }: HandshakePlace,
  offered: string,
): Promise<AgreementOutcome> {
  const refused = { offered, accepted: false, version: null, suite: null, group: null, certificate: null };
  const raw = await dial(url).catch(() => null);
  if (raw === null) return refused;
  return new Promise((resolve) => {
    const socket = connect({
      socket: raw,
      servername: url.hostname,
      ca: authority,
      key: credential.key,
      cert: credential.certificate,
      ecdhCurve: offered,
    });
    const conclude = (outcome: AgreementOutcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => conclude(refused), timeoutMs);
    socket.once('secureConnect', () => {
      const info = socket.getEphemeralKeyInfo();
      const called = info !== null && 'name' in info && typeof info.name === 'string' ? info.name : null;
      conclude({
        offered,
        accepted: true,
        version: socket.getProtocol(),
        suite: socket.getCipher().standardName,
        group: TLS_GROUPS.find(({ library }) => library === called)?.name ?? called,
        certificate: socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase() ?? null,
      });
    });
    socket.on('error', () => conclude(refused));
    socket.once('close', () => conclude(refused));
  });
}
