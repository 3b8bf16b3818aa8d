import type { SegmentPublisher } from '#flow/store/index.ts';
import type { Peer } from '../process/peer.ts';
import type { StoreControlMethods } from './contract.ts';

/** The catalogue of segments as the store process reaches it: in control. */
export function remotePublisher(control: Pick<Peer<StoreControlMethods>, 'call'>): SegmentPublisher {
  return {
    state: () => control.call('state', null),
    publish: (publication) => control.call('publish', publication),
    replace: (replacement) => control.call('replace', replacement),
    retire: (retirement) => control.call('retire', retirement),
    saveCursor: (cursor) => control.call('saveCursor', cursor),
    active: () => control.call('active', null),
    visible: () => control.call('visible', null),
    replacedBefore: (time) => control.call('replacedBefore', time),
    forget: (ids) => control.call('forget', ids),
    known: (objectKeys) => control.call('known', objectKeys),
  };
}
