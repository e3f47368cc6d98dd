// The length of a text in UTF-8.

/**
 * Counts the bytes of a text in UTF-8, or gives -1 for a text with a lone surrogate, which UTF-8 cannot hold.
 *
 * @param text any text
 */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      bytes += 1;
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes += 2;
    } else {
      const next = text.charCodeAt(at + 1);
      if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return -1;
      // A pair of surrogates takes 4 bytes for its 2 units.
      bytes += 2;
      at++;
    }
  }
  return bytes;
}
