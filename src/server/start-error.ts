/** The server cannot start; the message tells the operator what and where. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
