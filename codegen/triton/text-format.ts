// Prints messages in the text format of Protocol Buffers, which Triton reads as config.pbtxt.

/** A value of a field: a number, a bool, a text, a name of an enum. */
export type TextScalar = number | boolean | string | { readonly enum: string };

/** A message: its fields in the order in which they are printed; absent ones are left out. */
export type TextMessage = readonly (TextField | undefined)[];

/** One field of a message. A list is a repeated field; an empty list of scalars is printed, an empty list of messages is not. */
export interface TextField {
  readonly name: string;
  readonly value: TextScalar | readonly TextScalar[] | { readonly message: TextMessage } | TextMessages;
  /** Lines that stand before it as comments. */
  readonly comment?: readonly string[] | undefined;
}

/** A repeated field of messages. */
export interface TextMessages {
  readonly messages: readonly TextMessage[];
}

/** A field with a scalar, or with a list of scalars. */
export const field = (name: string, value: TextScalar | readonly TextScalar[]): TextField => ({ name, value });

/** A field that holds one message. */
export const nested = (name: string, message: TextMessage): TextField => ({ name, value: { message } });

/** A repeated field of messages. */
export const repeated = (name: string, messages: readonly TextMessage[]): TextField => ({ name, value: { messages } });

/** A map from texts, entries in the order of their keys. */
export function mapField(
  name: string,
  entries: Readonly<Record<string, string>> | readonly (readonly [string, TextScalar | TextMessage])[],
): TextField {
  const pairs: readonly (readonly [string, TextScalar | TextMessage])[] = isPairs(entries)
    ? entries
    : Object.entries(entries);
  const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return repeated(
    name,
    sorted.map(([key, value]) => [
      field('key', key),
      isMessage(value) ? nested('value', value) : field('value', value),
    ]),
  );
}

const isPairs = <T>(entries: object | readonly T[]): entries is readonly T[] => Array.isArray(entries);

const isMessage = (value: TextScalar | TextMessage): value is TextMessage => Array.isArray(value);

/** A name of an enum. */
export const enumName = (name: string): TextScalar => ({ enum: name });

/**
 * Prints a message.
 *
 * @param header comments at the top, one a line
 */
export function printMessage(message: TextMessage, header: readonly string[] = []): string {
  const lines = header.map(commentLine);
  if (lines.length > 0) lines.push('');
  print(message, '', lines);
  return `${lines.join('\n')}\n`;
}

/** A comment ends with its line, so an end of line in a name must not stand in one. */
const commentLine = (text: string): string => (text === '' ? '#' : `# ${oneLine(text)}`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are looked for.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/g;

/** A text without ends of lines and other controls, which are escaped. */
export const oneLine = (text: string): string =>
  text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

function print(message: TextMessage, indent: string, lines: string[]): void {
  for (const each of message) {
    if (!each) continue;
    for (const comment of each.comment ?? []) lines.push(`${indent}${commentLine(comment)}`);
    const { name, value } = each;
    if (typeof value === 'object' && 'message' in value) {
      lines.push(`${indent}${name} {`);
      print(value.message, `${indent}  `, lines);
      lines.push(`${indent}}`);
    } else if (typeof value === 'object' && 'messages' in value) printMessages(name, value.messages, indent, lines);
    else lines.push(`${indent}${name}: ${isList(value) ? listText(value) : scalarText(value)}`);
  }
}

function printMessages(name: string, messages: readonly TextMessage[], indent: string, lines: string[]): void {
  if (messages.length === 0) return;
  lines.push(`${indent}${name} [`);
  messages.forEach((message, i) => {
    lines.push(`${indent}  {`);
    print(message, `${indent}    `, lines);
    lines.push(`${indent}  }${i < messages.length - 1 ? ',' : ''}`);
  });
  lines.push(`${indent}]`);
}

const isList = (value: TextScalar | readonly TextScalar[]): value is readonly TextScalar[] => Array.isArray(value);

const listText = (values: readonly TextScalar[]): string =>
  values.length === 0 ? '[ ]' : `[ ${values.map(scalarText).join(', ')} ]`;

function scalarText(value: TextScalar): string {
  if (typeof value === 'object') return value.enum;
  return typeof value === 'string' ? quote(value) : String(value);
}

/** A text literal: what C escapes is escaped as bytes in octal, all else is UTF-8 as it stands. */
function quote(text: string): string {
  const escaped = text
    .replace(/["\\]/g, (character) => `\\${character}`)
    .replaceAll('\n', '\\n')
    .replace(CONTROL, octalBytes);
  return `"${escaped}"`;
}

const octalBytes = (character: string): string =>
  Array.from(new TextEncoder().encode(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
