import { readFileSync } from 'node:fs';

/** Numeric id of a user by name or number. @throws RangeError when this machine has no such user. */
export function userId(nameOrId: string | number): number {
  return lookUp('/etc/passwd', 'user', nameOrId);
}

/** Numeric id of a group by name or number. @throws RangeError when this machine has no such group. */
export function groupId(nameOrId: string | number): number {
  return lookUp('/etc/group', 'group', nameOrId);
}

function lookUp(database: string, kind: string, nameOrId: string | number): number {
  if (typeof nameOrId === 'number') return nameOrId;
  if (/^\d+$/.test(nameOrId)) return Number(nameOrId);
  for (const line of readFileSync(database, 'utf8').split('\n')) {
    const [name, , id] = line.split(':');
    if (name === nameOrId && id !== undefined) return Number(id);
  }
  throw new RangeError(`this machine has no ${kind} ${JSON.stringify(nameOrId)}`);
}
