/** Bytes of this process in memory; 0 where the system does not tell, as in a root file system without /proc. */
export function residentMemory(): number {
  try {
    return process.memoryUsage.rss();
  } catch {
    return 0;
  }
}
