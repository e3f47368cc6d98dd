// The bytes of tensors as they go into a run and come out of it.

/** The bytes of elements; texts as UTF-8. */
export function elementBytes(data: ArrayBufferView | readonly string[]): number {
  if (ArrayBuffer.isView(data)) return data.byteLength;
  return data.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
