import type { Problem } from '../config/problems.ts';
import type { Deployment } from '../server/deployment.ts';

/** A deployment as read, with all that is wrong with it. */
export interface ReadDeployment {
  /** Undefined: there are errors. */
  readonly deployment: Deployment | undefined;
  readonly problems: readonly Problem[];
}

/** Without the deployment where it has errors. */
export function resultOf(deployment: Deployment | undefined, problems: readonly Problem[]): ReadDeployment {
  const isGood = problems.every(({ severity }) => severity !== 'error');
  return { deployment: isGood ? deployment : undefined, problems };
}
