import { ConfigError } from '../http/errors.ts';
import { importModule, moduleError } from './import-function.ts';
import type { OpenApplication } from './open.ts';
import { applicationOf, type FoundApplication } from './recognise.ts';

/** Opens the application that a module exports. @throws ConfigError when it cannot be loaded or exports none */
export async function openModule(file: string): Promise<OpenApplication> {
  const { application, routes, files = [], close } = await find(file);
  return { application, routes, files: [file, ...files], close: async () => close?.() };
}

async function find(file: string): Promise<FoundApplication> {
  const exported = await importModule(file);
  try {
    return await applicationOf(exported, file);
  } catch (error) {
    throw error instanceof ConfigError ? error : moduleError(error, file);
  }
}
