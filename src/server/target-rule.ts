import type { TargetRule } from '../gateway/environ.ts';
import { trustPeers } from '../gateway/forwarding.ts';
import type { Deployment } from './deployment.ts';

/** What of a deployment decides about mounts and public URLs. */
export type Place = Pick<Deployment, 'mount' | 'trustedPeers'>;

/** @throws TypeError for a trusted peer that is no address */
export function targetRule({ mount, trustedPeers }: Place): TargetRule {
  return { mount: mount ?? undefined, forwarding: trustedPeers && trustPeers(trustedPeers) };
}
