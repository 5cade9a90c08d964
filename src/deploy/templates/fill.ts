import { formatAddress } from '../../server/address.ts';
import type { Places } from './places.ts';

/** The placeholders of conf-examples/README.md. Longer ones first: the first that fits counts. */
const PLACEHOLDERS = new RegExp(
  [
    /(?<target>\/srv\/mapgate\/mapgate\.yaml)/,
    /(?<unixSocket>(?:\/srv\/mapgate|(?<=unix:))\/?var\/[fs]cgi-socket)/,
    /(?<project>\/srv\/mapgate(?![\w-]))/,
    /(?<command>\/usr\/local\/bin\/mapgate(?![\w-]))/,
    /(?<address>127\.0\.0\.1:(?:9000|8080))/,
    /(?<hostOnly>(?<=host" => "|\.host = "|\.host=|cache_peer )127\.0\.0\.1)/,
    /(?<portOnly>(?<=port" => |\.port = "|\.port=|parent )(?:9000|8080))/,
    /(?<serverName>maps\.example\.org)/,
    /(?<inPattern>(?<=\^\(?)\/mapproxy(?![\w-]))/,
    /(?<mount>\/mapproxy(?![\w-]))/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** An example with its placeholders filled in, in one pass: what is filled in is not looked at again. */
export function fillIn(text: string, { project, target, address, mount, command, serverName }: Places): string {
  const tcp = address.kind === 'tcp' ? address : undefined;
  const values: Readonly<Record<string, string | undefined>> = {
    target,
    project,
    command,
    serverName,
    mount,
    // In a regular expression the only sign of a mount that means more than itself is the dot.
    inPattern: mount.replaceAll('.', '\\.'),
    unixSocket: address.kind === 'unix' ? address.path : undefined,
    address: tcp && formatAddress(tcp),
    hostOnly: tcp?.host,
    portOnly: tcp && String(tcp.port),
  };
  return text.replaceAll(PLACEHOLDERS, (found, ...rest) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    const name = Object.keys(groups).find((group) => groups[group] !== undefined);
    return (name === undefined ? undefined : values[name]) ?? found;
  });
}
