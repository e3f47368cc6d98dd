// The element types of GGUF: their numbers and names, the sizes of their blocks, and how blocks become numbers.
import type { DType } from '../../../src/ir/dtype.ts';
import {
  decodeIq1M,
  decodeIq1S,
  decodeIq2S,
  decodeIq2Xs,
  decodeIq2Xxs,
  decodeIq3S,
  decodeIq3Xxs,
} from './grid-blocks.ts';
import { decodeIq4Xs, decodeQ2K, decodeQ3K, decodeQ4K, decodeQ5K, decodeQ6K, decodeQ8K } from './k-blocks.ts';
import {
  type DecodeBlock,
  decodeIq4Nl,
  decodeMxfp4,
  decodeNvfp4,
  decodeQ40,
  decodeQ41,
  decodeQ50,
  decodeQ51,
  decodeQ80,
  decodeTq10,
  decodeTq20,
} from './small-blocks.ts';

/** A type whose elements stand as ONNX has them. */
export interface PlainType {
  readonly kind: 'plain';
  readonly name: string;
  readonly dtype: DType;
}

/** A type of blocks, which are read as float32. */
export interface BlockType {
  readonly kind: 'blocks';
  readonly name: string;
  /** Elements of a block. */
  readonly elements: number;
  /** Bytes of a block. */
  readonly bytes: number;
  readonly decode: DecodeBlock;
  /** Where a block has 16-bit numbers; undefined where no tool writes such blocks in big-endian files. */
  readonly words: readonly number[] | undefined;
}

/** A type that is not read. */
export interface UnreadType {
  readonly kind: 'unread';
  readonly name: string;
  /** Why not, as the rest of a sentence. */
  readonly reason: string;
}

/** An element type of GGUF. */
export type GgmlType = PlainType | BlockType | UnreadType;

const plain = (name: string, dtype: DType): GgmlType => ({ kind: 'plain', name, dtype });

/** @param words as {@link BlockType} has them: what gguf_convert_endian.py of gguf 0.19 turns round */
const blocks = (
  name: string,
  elements: number,
  bytes: number,
  decode: DecodeBlock,
  words?: readonly number[],
): GgmlType => ({ kind: 'blocks', name, elements, bytes, decode, words });

const unread = (name: string, reason: string): GgmlType => ({ kind: 'unread', name, reason });

const OF_A_MACHINE = 'which was an order of Q4_0 or IQ4_NL for one kind of machine: ggml itself no longer reads it';
const REMOVED = 'which ggml has taken out';

/** Every element type by its number (enum ggml_type of ggml; sizes: GGML_QUANT_SIZES of gguf 0.19). */
export const GGML_TYPES: ReadonlyMap<number, GgmlType> = new Map<number, GgmlType>([
  [0, plain('F32', 'float32')],
  [1, plain('F16', 'float16')],
  [2, blocks('Q4_0', 32, 18, decodeQ40, [0])],
  [3, blocks('Q4_1', 32, 20, decodeQ41)],
  [4, unread('Q4_2', REMOVED)],
  [5, unread('Q4_3', REMOVED)],
  [6, blocks('Q5_0', 32, 22, decodeQ50)],
  [7, blocks('Q5_1', 32, 24, decodeQ51)],
  [8, blocks('Q8_0', 32, 34, decodeQ80, [0])],
  [9, unread('Q8_1', 'which is for sums while a model runs: ggml and gguf disagree on the size of its blocks')],
  [10, blocks('Q2_K', 256, 84, decodeQ2K)],
  [11, blocks('Q3_K', 256, 110, decodeQ3K)],
  [12, blocks('Q4_K', 256, 144, decodeQ4K, [0, 2])],
  [13, blocks('Q5_K', 256, 176, decodeQ5K)],
  [14, blocks('Q6_K', 256, 210, decodeQ6K, [208])],
  [15, blocks('Q8_K', 256, 292, decodeQ8K)],
  [16, blocks('IQ2_XXS', 256, 66, decodeIq2Xxs)],
  [17, blocks('IQ2_XS', 256, 74, decodeIq2Xs)],
  [18, blocks('IQ3_XXS', 256, 98, decodeIq3Xxs)],
  [19, blocks('IQ1_S', 256, 50, decodeIq1S)],
  [20, blocks('IQ4_NL', 32, 18, decodeIq4Nl)],
  [21, blocks('IQ3_S', 256, 110, decodeIq3S)],
  [22, blocks('IQ2_S', 256, 82, decodeIq2S)],
  [23, blocks('IQ4_XS', 256, 136, decodeIq4Xs)],
  [24, plain('I8', 'int8')],
  [25, plain('I16', 'int16')],
  [26, plain('I32', 'int32')],
  [27, plain('I64', 'int64')],
  [28, plain('F64', 'float64')],
  [29, blocks('IQ1_M', 256, 56, decodeIq1M)],
  [30, plain('BF16', 'bfloat16')],
  [31, unread('Q4_0_4_4', OF_A_MACHINE)],
  [32, unread('Q4_0_4_8', OF_A_MACHINE)],
  [33, unread('Q4_0_8_8', OF_A_MACHINE)],
  [34, blocks('TQ1_0', 256, 54, decodeTq10)],
  [35, blocks('TQ2_0', 256, 66, decodeTq20)],
  [36, unread('IQ4_NL_4_4', OF_A_MACHINE)],
  [37, unread('IQ4_NL_4_8', OF_A_MACHINE)],
  [38, unread('IQ4_NL_8_8', OF_A_MACHINE)],
  [39, blocks('MXFP4', 32, 17, decodeMxfp4, [])],
  [40, blocks('NVFP4', 64, 36, decodeNvfp4, [])],
  [41, unread('Q1_0', 'for which gguf 0.19 has no numbers to compare with')],
]);
