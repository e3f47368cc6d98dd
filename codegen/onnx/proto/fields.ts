// A message as its fields by name, as the writers see it.

/** The fields of a message by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value can be a message. */
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
