import { appTemplate } from './app.ts';
import type { Template } from './contract.ts';

export const templates: readonly Template[] = [appTemplate];
