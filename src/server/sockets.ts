import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BoundAddress, bindSocket } from '@mapgate/fastcgi-kit';
import { type Address, formatAddress } from './address.ts';
import type { Listen } from './deployment.ts';
import { StartError } from './start-error.ts';

interface OpenSocket {
  readonly fd: number;
  readonly address: Address;
  close(): void;
}

/**
 * The sockets a supervisor keeps: bound here, accepted on by the workers. They outlive every worker, so that a
 * connection made while none is there waits in the kernel's queue instead of being refused.
 */
export class SocketSet {
  readonly #open = new Map<string, OpenSocket>();

  /**
   * Makes the set hold exactly these addresses: keeps what is there, binds what is new. Sockets no longer wanted are
   * closed by `prune`, once nobody accepts on them.
   *
   * @returns descriptors in the order of `wanted`
   * @throws Error that names the address, when one cannot be had; sockets bound by this call are closed again
   */
  async open(wanted: readonly Listen[]): Promise<number[]> {
    const fresh: string[] = [];
    try {
      const descriptors: number[] = [];
      for (const listen of wanted) {
        const key = formatAddress(listen.address);
        let socket = this.#open.get(key);
        if (socket === undefined) {
          socket = await bind(listen);
          this.#open.set(key, socket);
          fresh.push(key);
        }
        descriptors.push(socket.fd);
      }
      return descriptors;
    } catch (error) {
      for (const key of fresh) this.#close(key);
      throw error;
    }
  }

  /** Closes what is not among these addresses. */
  prune(wanted: readonly Listen[]): void {
    const keep = new Set(wanted.map(({ address }) => formatAddress(address)));
    for (const key of this.#open.keys()) if (!keep.has(key)) this.#close(key);
  }

  /** An address as bound: with the port the system chose for port 0. */
  boundAddress(address: Address): Address {
    return this.#open.get(formatAddress(address))?.address ?? address;
  }

  closeAll(): void {
    for (const key of this.#open.keys()) this.#close(key);
  }

  #close(key: string): void {
    this.#open.get(key)?.close();
    this.#open.delete(key);
  }
}

async function bind(listen: Listen): Promise<OpenSocket> {
  const { address } = listen;
  if (address.kind === 'fd') return { fd: address.fd, address, close: () => {} };
  try {
    if (address.kind === 'unix') mkdirSync(dirname(address.path), { recursive: true });
    const socket = await bindSocket(
      address.kind === 'tcp'
        ? { host: address.host, port: address.port }
        : {
            path: address.path,
            ...(listen.mode === undefined ? {} : { mode: listen.mode }),
            ...(listen.owner === undefined ? {} : { owner: listen.owner }),
            ...(listen.group === undefined ? {} : { group: listen.group }),
          },
    );
    return { fd: socket.fd, address: asBound(address, socket.address), close: () => socket.close() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`cannot listen on ${listen.protocol} ${formatAddress(address)}: ${reason}`, { cause: error });
  }
}

function asBound(address: Address, bound: BoundAddress): Address {
  return 'port' in bound ? { kind: 'tcp', host: bound.host, port: bound.port } : address;
}
