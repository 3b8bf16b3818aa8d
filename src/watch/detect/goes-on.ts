import { FeaturesError } from '#learn/features/index.ts';

/** Whether something goes on from a snapshot; from one of a kind or version that it does not know it begins anew. */
export function goesOn(resume: () => void): boolean {
  try {
    resume();
    return true;
  } catch (error) {
    if (error instanceof FeaturesError && error.code === 'FEATURES_STATE_FOREIGN') return false;
    throw error;
  }
}
