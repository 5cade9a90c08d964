import { closeSync, fstatSync, lstatSync, mkdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BoundAddress, bindSocket } from '@mapgate/fastcgi-kit';
import { type Address, formatAddress } from './address.ts';
import { lockPlace } from './address-lock.ts';
import type { Listen } from './deployment.ts';
import { StartError } from './start-error.ts';

/** Never wider unless configured, whatever the umask says (row SEC-06): who is to connect is told by `mode`, `group`. */
const SOCKET_MODE = 0o755;
const DIRECTORY_MODE = 0o755;

interface OpenSocket {
  readonly fd: number;
  readonly address: Address;
  /** Another process has it, too, and may go on serving it. */
  readonly isAdopted?: true;
  /** Closes the descriptor; the file of a unix socket goes with it unless it is to be kept. */
  close(keepFile: boolean): void;
}

/** A socket as one process leaves it to the next, beside its descriptor. */
export interface SocketHeirloom {
  /** What it was opened for: `http 127.0.0.1:0 #1`. */
  readonly key: string;
  /** As bound. */
  readonly address: Address;
}

/**
 * The sockets a supervisor keeps: bound here, accepted on by the workers. They outlive every worker, so that a
 * connection made while none is there waits in the kernel's queue instead of being refused.
 */
export class SocketSet {
  readonly #open = new Map<string, OpenSocket>();

  /**
   * Takes over the sockets of the process before. What is not wanted by the first `open` is closed by `prune`.
   *
   * @param descriptors of the heirlooms, in their order
   */
  adopt(heirlooms: readonly SocketHeirloom[], descriptors: readonly number[]): void {
    for (const [index, { key, address }] of heirlooms.entries()) {
      const fd = descriptors[index];
      if (fd !== undefined) this.#open.set(key, adopted(fd, address));
    }
  }

  /** All sockets, to be left to the next process. */
  heirlooms(): { readonly heirlooms: SocketHeirloom[]; readonly descriptors: number[] } {
    const open = [...this.#open];
    return {
      heirlooms: open.map(([key, { address }]) => ({ key, address })),
      descriptors: open.map(([, { fd }]) => fd),
    };
  }

  /**
   * Makes the set hold exactly these addresses: keeps what is there, binds what is new. Sockets no longer wanted are
   * closed by `prune`, once nobody accepts on them.
   *
   * @returns descriptors in the order of `wanted`
   * @throws StartError that names the address, when one cannot be had or is wanted twice; sockets bound by this call are
   *   closed again
   */
  async open(wanted: readonly Listen[]): Promise<number[]> {
    assertDistinct(wanted);
    const fresh: string[] = [];
    try {
      const descriptors: number[] = [];
      for (const [key, listen] of keyed(wanted)) {
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
    const keep = new Set(keyed(wanted).map(([key]) => key));
    for (const key of this.#open.keys()) if (!keep.has(key)) this.#close(key);
  }

  /** Protocols and addresses as bound, with the port the system chose for port 0: `http 127.0.0.1:8080`. */
  boundAddresses(wanted: readonly Listen[]): string[] {
    return keyed(wanted).map(
      ([key, { protocol, address }]) => `${protocol} ${formatAddress(this.#open.get(key)?.address ?? address)}`,
    );
  }

  /** @param keepFiles leaves the files of unix sockets to the process that took the sockets over */
  closeAll(keepFiles = false): void {
    for (const key of this.#open.keys()) this.#close(key, keepFiles);
  }

  /** As `closeAll`, where this process does not come to serve: what was taken over is left as it was. */
  giveBack(): void {
    for (const [key, { isAdopted = false }] of this.#open) this.#close(key, isAdopted);
  }

  #close(key: string, keepFile = false): void {
    this.#open.get(key)?.close(keepFile);
    this.#open.delete(key);
  }
}

/**
 * A name for each entry that stays the same over a reload. Every entry with port 0 gets a socket of its own, and is known
 * by how many of the same protocol and host came before it.
 */
function keyed(wanted: readonly Listen[]): [key: string, listen: Listen][] {
  const counts = new Map<string, number>();
  return wanted.map((listen) => {
    const { protocol, address } = listen;
    const text = formatAddress(address);
    if (!isChosenBySystem(address)) return [text, listen];
    const name = `${protocol} ${text}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return [`${name} #${count}`, listen];
  });
}

function isChosenBySystem(address: Address): boolean {
  return address.kind === 'tcp' && address.port === 0;
}

/** Two gateways on one socket would each get some of the connections, in a protocol that may not be theirs. */
function assertDistinct(wanted: readonly Listen[]): void {
  const seen = new Map<string, Listen>();
  for (const listen of wanted) {
    if (isChosenBySystem(listen.address)) continue;
    const text = formatAddress(listen.address);
    const other = seen.get(text);
    if (other !== undefined) {
      const both =
        other.protocol === listen.protocol ? `${listen.protocol} twice` : `${other.protocol} and ${listen.protocol}`;
      throw new StartError(`cannot listen on ${text} for ${both}: each address takes one entry`);
    }
    seen.set(text, listen);
  }
}

async function bind(listen: Listen): Promise<OpenSocket> {
  const { address } = listen;
  if (address.kind === 'fd') {
    assertSocket(listen, address.fd);
    return { fd: address.fd, address, close: () => {} };
  }
  let unlock = (): void => {};
  let made: string | undefined;
  try {
    if (address.kind === 'unix') {
      made = mkdirSync(dirname(address.path), { recursive: true, mode: DIRECTORY_MODE });
      unlock = await lockPlace(address.path);
    }
    const socket = await bindSocket(
      address.kind === 'tcp'
        ? { host: address.host, port: address.port }
        : {
            path: address.path,
            mode: listen.mode ?? SOCKET_MODE & ~process.umask(),
            ...(listen.owner === undefined ? {} : { owner: listen.owner }),
            ...(listen.group === undefined ? {} : { group: listen.group }),
          },
    );
    const close = (keepFile: boolean): void => {
      socket.close({ keepFile });
      unlock();
    };
    return { fd: socket.fd, address: asBound(address, socket.address), close };
  } catch (error) {
    unlock();
    if (address.kind === 'unix' && made !== undefined) removeFolders(dirname(address.path), made);
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`cannot listen on ${listen.protocol} ${formatAddress(address)}: ${reason}`, { cause: error });
  }
}

/** Empty ones, from the deepest up to the first that was made. */
function removeFolders(deepest: string, first: string): void {
  try {
    for (let folder = deepest; folder.length >= first.length; folder = dirname(folder)) rmdirSync(folder);
  } catch {
    // Somebody else has put something there.
  }
}

/** @throws StartError for a descriptor that this process was not given */
function assertSocket({ protocol }: Listen, fd: number): void {
  let isSocket = false;
  try {
    isSocket = fstatSync(fd).isSocket();
  } catch {
    // Not open.
  }
  if (!isSocket) throw new StartError(`cannot listen on ${protocol} fd:${fd}: that descriptor is no open socket`);
}

function asBound(address: Address, bound: BoundAddress): Address {
  return 'port' in bound ? { kind: 'tcp', host: bound.host, port: bound.port } : address;
}

/** Somebody listens on it already, so that its place needs no lock. */
function adopted(fd: number, address: Address): OpenSocket {
  const ours = inodeOf(address);
  return {
    fd,
    address,
    isAdopted: true,
    close(keepFile) {
      if (address.kind === 'fd') return;
      closeSync(fd);
      // Another server may have put its own in the place.
      if (!keepFile && address.kind === 'unix' && ours !== undefined && inodeOf(address) === ours)
        unlinkSync(address.path);
    },
  };
}

function inodeOf(address: Address): string | undefined {
  if (address.kind !== 'unix') return undefined;
  const found = lstatSync(address.path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}:${found.birthtimeNs}`;
}
