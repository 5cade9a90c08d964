import { conformance } from './suite.ts';

conformance('typescript');
