// What an author passed, in the words of a message: never the source of a function, never a bare "[object Object]".

/**
 * Describes a value of any kind: numbers and texts as they are written, functions by name, objects by class.
 *
 * @example inWords([dense(1)]) // 'an array of 1 (a function)'
 */
export function inWords(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return arrayInWords(value);
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${value.byteLength} bytes`;
  const name = value.constructor?.name;
  if (name && name !== 'Object') return `an object of class ${name}`;
  const keys = Object.keys(value);
  return keys.length > 0 ? `an object of ${keys.slice(0, 4).join(', ')}` : 'an empty object';
}

const isPlain = (item: unknown): boolean => item === null || (typeof item !== 'object' && typeof item !== 'function');

function arrayInWords(items: readonly unknown[]): string {
  if (items.length <= 8 && items.every(isPlain)) return `[${items.map(inWords).join(', ')}]`;
  const [first] = items;
  if (Array.isArray(first)) return `an array of ${items.length} arrays`;
  return `an array of ${items.length} (the first is ${inWords(first)})`;
}
