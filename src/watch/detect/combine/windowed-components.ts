import { principalComponents } from '../tabular/principal-components.ts';
import { defineWindowed } from './windowed.ts';

/**
 * Principal components of windows: sees what breaks the relation of fields to each other and to their own past.
 *
 * @see Ku, Storer and Georgakis, "Disturbance detection and isolation by dynamic principal component analysis" (1995)
 */
export const windowedComponents = defineWindowed({ name: 'windowed-components', part: principalComponents });
