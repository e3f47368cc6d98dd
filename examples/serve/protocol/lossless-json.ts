// Reads JSON without rounding integers, and with the NaN and Infinity that Triton writes and takes.

/** What a text in this JSON says; integers that a number would round are bigints. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Texts without these are read alike by `JSON.parse`, which is many times faster than anything written in JavaScript. */
const MAY_BE_SPECIAL = /\d{16}|NaN|Inf/;

/** Strings are matched whole, so that nothing is found inside of them; the groups are integers and words, neither of them names of members. */
const TOKEN = /"(?:[^"\\]|\\.)*"|(-?[1-9]\d{15,}(?![\d.eE]|\s*:))|-?\d[\d.eE+-]*|(NaN|-?Inf(?:inity)?)(?!\s*:)/gs;

/**
 * Reads JSON.
 *
 * @throws SyntaxError when the text is no JSON
 */
export function parseJson(text: string): JsonValue {
  if (!MAY_BE_SPECIAL.test(text)) return JSON.parse(text);
  const mark = markFor(text);
  let marked = 0;
  const plain = text.replace(TOKEN, (token, integer?: string, word?: string) => {
    if (word === undefined && (integer === undefined || Number.isSafeInteger(Number(integer)))) return token;
    marked++;
    return `"${mark}${token}"`;
  });
  if (marked === 0) return JSON.parse(plain);
  return JSON.parse(plain, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? special(value.slice(mark.length)) : value,
  );
}

/** A text that no string of another one starts with. */
function markFor(text: string): string {
  let mark = '~';
  while (text.includes(mark)) mark += '~';
  return mark;
}

function special(token: string): number | bigint {
  if (token === 'NaN') return Number.NaN;
  if (token.startsWith('-I')) return Number.NEGATIVE_INFINITY;
  if (token.startsWith('I')) return Number.POSITIVE_INFINITY;
  return BigInt(token);
}
