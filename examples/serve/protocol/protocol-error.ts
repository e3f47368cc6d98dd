// The error of a message that breaks the protocol.

/** A message that breaks the protocol; its text is for the one who sent it. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
