import { lookup } from 'node:dns/promises';
import net, { isIP } from 'node:net';
import { getSystemErrorName } from 'node:util';
import type { BoundAddress } from './contract.ts';
import { placeUnixSocket, socketError, type UnixSocketPlace } from './unix-socket.ts';

/** Where to bind. Without a host: all addresses, IPv6 and IPv4. Port 0: one that the system chooses. */
export type SocketAddress = UnixSocketPlace | { readonly host?: string; readonly port: number };

/** A socket that is bound and owned here, but accepts nothing until somebody listens on its descriptor. */
export interface BoundSocket {
  /** To be passed to child processes (`stdio`), which `listen({ fd })`. It stays open here until `close`. */
  readonly fd: number;
  readonly address: BoundAddress;
  /** Closes the descriptor and, unless it is to be kept, removes the socket file if it is still ours. May be called twice. */
  close(options?: { readonly keepFile?: boolean }): void;
}

/** The part of libuv's TCP and pipe handles that is used here. */
interface Handle {
  readonly fd: number;
  close(): void;
  getsockname?(out: { address?: string; port?: number }): number;
}

type CreateServerHandle = (address: string, port: number, addressType: number) => Handle | number;

/** Address types of `_createServerHandle`: a path instead of an address, IPv4, IPv6. */
const PIPE = -1;
const IPV6_ANY = '::';
const IPV4_ANY = '0.0.0.0';

/**
 * Binds a socket without accepting on it, for a supervisor whose workers accept.
 *
 * @throws Error with the code of the failed call: EADDRINUSE, EACCES, ENOTSOCK, ENAMETOOLONG ...
 */
export async function bindSocket(address: SocketAddress): Promise<BoundSocket> {
  const create = createServerHandle();
  if ('path' in address) {
    const { bound, file } = await placeUnixSocket(address, (path) => bind(create, path, -1, PIPE));
    return boundSocket(bound, { path: address.path }, () => file.remove());
  }
  const tcp = await bindTcp(create, address.host, address.port);
  return boundSocket(tcp.handle, tcp.address, () => {});
}

/**
 * Node has no public call that binds without listening; this one is what node:cluster binds its shared sockets with.
 */
function createServerHandle(): CreateServerHandle {
  const found = '_createServerHandle' in net ? net._createServerHandle : undefined;
  if (typeof found !== 'function') {
    throw socketError(
      'ENOSYS',
      `Node ${process.version} cannot bind a socket for other processes (net._createServerHandle)`,
    );
  }
  return found as CreateServerHandle;
}

function bind(create: CreateServerHandle, address: string, port: number, type: number): Handle {
  const result = create(address, port, type);
  if (typeof result === 'number') throw cannotBind(result, address, port, type);
  return result;
}

function cannotBind(error: number, address: string, port: number, type: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(error);
  const where = type === PIPE ? `the socket '${address}'` : `${address} port ${port}`;
  return socketError(code, code === 'EADDRINUSE' ? `${where} is in use` : `cannot bind ${where}: ${code}`);
}

async function bindTcp(create: CreateServerHandle, host: string | undefined, port: number): Promise<TcpSocket> {
  if (host !== undefined) {
    const address = isIP(host) === 0 ? (await lookup(host)).address : host;
    return bindPort(create, address, port);
  }
  try {
    return bindPort(create, IPV6_ANY, port);
  } catch (error) {
    // A machine without IPv6.
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'EAFNOSUPPORT' && code !== 'EINVAL' && code !== 'EADDRNOTAVAIL') throw error;
    return bindPort(create, IPV4_ANY, port);
  }
}

interface TcpSocket {
  readonly handle: Handle;
  readonly address: BoundAddress;
}

function bindPort(create: CreateServerHandle, address: string, port: number): TcpSocket {
  const type = isIP(address);
  const handle = bind(create, address, port, type);
  // libuv keeps EADDRINUSE to itself until the socket is used, which would be in a child process.
  const out: { address?: string; port?: number } = {};
  const error = handle.getsockname?.(out) ?? 0;
  if (error !== 0) {
    handle.close();
    throw cannotBind(error, address, port, type);
  }
  return { handle, address: { host: out.address ?? address, port: out.port ?? port } };
}

function boundSocket(handle: Handle, address: BoundAddress, removeFile: () => void): BoundSocket {
  let open = true;
  return {
    fd: handle.fd,
    address,
    close({ keepFile = false } = {}) {
      if (!open) return;
      open = false;
      handle.close();
      if (!keepFile) removeFile();
    },
  };
}
