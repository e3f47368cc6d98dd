// Lets the event loop do what waits.

/** Resolves when the event loop has gone round once. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
