import { hostKind } from './host-name.ts';
import { formatSubjectUri } from './subject-uri.ts';
import type { Subject } from './subject-uri.ts';

/** What a certificate is for; decides its extensions. */
export type CertificateProfile =
  | { readonly kind: 'root'; readonly commonName: string }
  | { readonly kind: 'issuing'; readonly commonName: string }
  | { readonly kind: 'server'; readonly commonName: string; readonly hosts: readonly string[] }
  | { readonly kind: 'client'; readonly subject: Subject; readonly deployment: string }
  /** Names a client and is for servers: what no listener may take. */
  | { readonly kind: 'misfit'; readonly subject: Subject; readonly deployment: string };

/** An alternative name. */
export interface AlternativeName {
  readonly type: 'dns' | 'ip' | 'url';
  readonly value: string;
}

/** The names that a certificate of a profile carries beside its subject. */
export function alternativeNames(profile: CertificateProfile): readonly AlternativeName[] {
  switch (profile.kind) {
    case 'root':
    case 'issuing':
      return [];
    case 'server':
      return profile.hosts.map((value) => ({ type: hostKind(value) === 'ip' ? 'ip' : 'dns', value }));
    case 'client':
    case 'misfit':
      return [{ type: 'url', value: formatSubjectUri(profile.deployment, profile.subject) }];
  }
}

/** The subject's common name, at most 64 characters as X.520 has it. */
export function commonNameOf(profile: CertificateProfile): string {
  return 'subject' in profile ? profile.subject.name : profile.commonName.slice(0, 64);
}
