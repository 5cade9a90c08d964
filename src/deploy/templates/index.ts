import { appTemplate } from './app.ts';
import type { Template } from './contract.ts';
import { projectTemplates } from './projects.ts';
import { webServerTemplates } from './web-servers.ts';

export const templates: readonly Template[] = [...projectTemplates, appTemplate, ...webServerTemplates];

/** Names that MapProxy's users know, and ours. */
export const otherNames: Readonly<Record<string, string>> = { 'wsgi-app': 'app' };
