import { testDecide } from '../../../test/conformance/decide.ts';
import { decide } from './decide.ts';

testDecide('decide()', decide);
