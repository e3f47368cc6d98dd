// Members of records whose names come from models.

/** Sets a member of any name: `__proto__` too is only a name. */
export function setOwn<T>(record: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}
