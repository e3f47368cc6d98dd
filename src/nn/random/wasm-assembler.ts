// A small WebAssembly assembler: functions over one memory, with the SIMD instructions that the sample kernel uses.

/** Encoded instructions as a tree of bytes; an expression leaves one value on the stack. */
export type Code = readonly (number | Code)[];

/** The value types, by their code in the binary format (WebAssembly core specification 2.0, section 5.3). */
export const VALUE_TYPES = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
/** See {@link VALUE_TYPES}. */
export type ValueType = keyof typeof VALUE_TYPES;

/** An unsigned integer below 2^32 in LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** An int32 in signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (; rest < -0x40 || rest >= 0x40; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest & 0x7f];
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items];
const section = (id: number, content: Code): Code => [id, sized(content)];

function sized(code: Code): Code {
  const bytes: number[] = [];
  flatten(code, bytes);
  return [...unsigned(bytes.length), bytes];
}

function flatten(code: Code, bytes: number[]): void {
  for (const part of code) {
    if (typeof part === 'number') bytes.push(part);
    else flatten(part, bytes);
  }
}

/** An instruction behind its operands; `immediates` follow its opcode. */
const plain =
  (opcode: number, ...immediates: number[]) =>
  (...operands: readonly Code[]): Code => [...operands, opcode, ...immediates];
const simd = (opcode: number, ...immediates: number[]) => plain(0xfd, ...unsigned(opcode), ...immediates);

/** An int32 constant. */
export const i32 = (value: number): Code => [0x41, ...signed(value)];

/** A load or store with a fixed offset in bytes from its address; the address comes first. */
const memory =
  (opcode: Code, alignment: number, ...lane: number[]) =>
  (offset: number, ...operands: readonly Code[]): Code => [
    ...operands.flat(),
    ...opcode,
    alignment,
    ...unsigned(offset),
    ...lane,
  ];

/** Instructions on one 32-bit integer. */
export const scalar = {
  load: memory([0x28], 2),
  store: memory([0x36], 2),
  lessUnsigned: plain(0x49),
  add: plain(0x6a),
  and: plain(0x71),
  shiftLeft: plain(0x74),
  sub: plain(0x6b),
};

/** Loads, stores and bit operations on 128 bits (WebAssembly core specification 2.0, section 5.4.8). */
export const v128 = {
  load: memory([0xfd, 0x00], 4),
  loadSplat32: memory([0xfd, 0x09], 2),
  loadSplat64: memory([0xfd, 0x0a], 3),
  store: memory([0xfd, 0x0b], 4),
  /** Loads lane 1 of four 32-bit lanes; the others come from the second operand. */
  load32Lane1: memory([0xfd, 0x56], 2, 1),
  store32Lane0: memory([0xfd, 0x5a], 2, 0),
  store32Lane1: memory([0xfd, 0x5a], 2, 1),
  store64Lane0: memory([0xfd, 0x5b], 3, 0),
  store64Lane1: memory([0xfd, 0x5b], 3, 1),
  and: simd(0x4e),
  or: simd(0x50),
  xor: simd(0x51),
  /** The bits of the first operand where the third has ones, else those of the second. */
  select: simd(0x52),
  anyTrue: simd(0x53),
};

/** Picks four 32-bit lanes out of the eight of both operands. */
export const shuffle32 = (a: Code, b: Code, lanes: readonly [number, number, number, number]): Code =>
  simd(0x0d, ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)))(a, b);

/** Instructions on four 32-bit integers, and the unsigned 64-bit products of the lower and the upper two lanes. */
export const i32x4 = {
  constant: (lanes: readonly [number, number, number, number]): Code => [
    0xfd,
    0x0c,
    ...new Uint8Array(Int32Array.from(lanes).buffer),
  ],
  splat: simd(0x11),
  add: simd(0xae),
  sub: simd(0xb1),
  productLow: simd(0xde),
  productHigh: simd(0xdf),
};

/** Instructions on two 64-bit integers. */
export const i64x2 = {
  bitmask: simd(0xc4),
  shiftRight: simd(0xcd),
};

/** Instructions on two float64, each rounded as IEEE 754 says; comparisons give a mask. */
export const f64x2 = {
  splat: simd(0x14),
  less: simd(0x49),
  greater: simd(0x4a),
  abs: simd(0xec),
  neg: simd(0xed),
  sqrt: simd(0xef),
  add: simd(0xf0),
  sub: simd(0xf1),
  mul: simd(0xf2),
  div: simd(0xf3),
  /** `b < a ? b : a` */
  min: simd(0xf6),
  /** `a < b ? b : a` */
  max: simd(0xf7),
  /** The two float64 rounded to float32 in the lower lanes. */
  demote: simd(0x5e),
  fromSigned: simd(0xfe),
  fromUnsigned: simd(0xff),
};

/** The body of one function: its parameters, its variables, its instructions in order. */
export class FunctionBody {
  readonly #parameters: ValueType[] = [];
  readonly #variables: ValueType[] = [];
  readonly #code: Code[] = [];

  /** Adds a parameter, before any variable; returns how to read it. */
  parameter(type: ValueType): Code {
    return [0x20, ...unsigned(this.#parameters.push(type) - 1)];
  }

  /** Makes a variable with a first value; returns how to read it. */
  define(type: ValueType, value: Code): Code {
    this.#variables.push(type);
    const index = unsigned(this.#parameters.length + this.#variables.length - 1);
    this.emit([value, 0x21, ...index]);
    return [0x20, ...index];
  }

  /** Gives a variable or parameter, named by how it is read, a new value. */
  assign(variable: Code, value: Code): void {
    this.emit([value, 0x21, ...variable.slice(1)]);
  }

  /** Adds an instruction that leaves no value. */
  emit(code: Code): void {
    this.#code.push(code);
  }

  /** Repeats what `body` adds while `condition` holds before it. */
  while(condition: Code, body: () => void): void {
    // block; loop: leave the block unless the condition holds; the body; back to the loop.
    this.emit([0x02, 0x40, 0x03, 0x40, condition, 0x45, 0x0d, 1]);
    body();
    this.emit([0x0c, 0, 0x0b, 0x0b]);
  }

  /** Does what `body` adds if `condition` is not 0. */
  if(condition: Code, body: () => void): void {
    this.emit([condition, 0x04, 0x40]);
    body();
    this.emit([0x0b]);
  }

  /** The function type. */
  get type(): Code {
    return [0x60, vector(this.#parameters.map((type) => [VALUE_TYPES[type]])), 0];
  }

  /** The encoded body. */
  get code(): Code {
    return sized([vector(this.#variables.map((type) => [1, VALUE_TYPES[type]])), this.#code, 0x0b]);
  }
}

/**
 * Encodes a module with one page (64 KiB) of exported memory and exported functions without results.
 *
 * @param functions the bodies by their export names
 */
export function assembleModule(functions: Readonly<Record<string, FunctionBody>>): Uint8Array<ArrayBuffer> {
  const bodies = Object.values(functions);
  const name = (text: string): Code => sized([...new TextEncoder().encode(text)]);
  const exported = Object.keys(functions).map((key, index) => [name(key), 0, ...unsigned(index)]);
  const bytes: number[] = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const sections = [
    section(1, vector(bodies.map((body) => body.type))),
    section(3, vector(bodies.map((_, index) => unsigned(index)))),
    section(5, vector([[1, 1, 1]])),
    section(7, vector([[name('memory'), 2, 0], ...exported])),
    section(10, vector(bodies.map((body) => body.code))),
  ];
  flatten(sections, bytes);
  return Uint8Array.from(bytes);
}
