// The functions of the sample kernel. Every step is an IEEE 754 operation in the order of src/nn/random, none fused or relaxed.
import { partOfDistribution, wholeDistribution } from './distribution';
import { narrowToBrain, normalToHalf, wideToHalf } from './half';
import { BLOCK, MOST, NARROW, SAMPLES, WIDE, WORDS } from './memory';
import { setFront, wideNormal } from './normal';
import { orthogonal } from './orthogonal';
import { narrowNormal } from './table';
import { narrowUniform, wideUniform } from './uniform';
import { drawWords, setKey } from './words';

export { orthogonal, setKey };

/** Where the samples lie in the memory. */
export const samplesAt: usize = SAMPLES;
/** How many samples a call makes at most. */
export const most: u32 = MOST;
/** Where the memory ends that the samples take; matrices lie behind. */
export const freeAt: usize = __heap_base;

/** Element types of samples. */
const FLOAT64: u32 = 0;
const FLOAT32: u32 = 1;
const FLOAT16: u32 = 2;
const BFLOAT16: u32 = 3;

/** The bytes of an element. */
@inline
function width(type: u32): u32 {
  return type == FLOAT64 ? 8 : type == FLOAT32 ? 4 : 2;
}

/** Whether uniform samples are drawn, else normal ones; and their lower end and range. */
let isUniform: bool = false;
let lowest: f64 = 0;
let range: f64 = 1;

/** Chooses `low + span * (u + 0.5) * 2^-32` for the next samples. */
export function setUniform(low: f64, span: f64): void {
  isUniform = true;
  lowest = low;
  range = span;
}

/** Chooses `mean + std * quantile((u + 0.5) * 2^-32)`. */
export function setNormal(mean: f64, std: f64): void {
  isUniform = false;
  wholeDistribution(mean, std);
}

/** Chooses `mean + std * clamp(quantile(base + span * (u + 0.5) * 2^-32), from, to)`. */
export function setClamped(mean: f64, std: f64, base: f64, span: f64, from: f64, to: f64): void {
  isUniform = false;
  partOfDistribution(mean, std, base, span, from, to);
}

/**
 * Draws samples of what was set, with the key that was set.
 *
 * @param low the lower word of the number of the first Philox block
 * @param high its upper word
 * @param count how many samples, at most {@link most}
 * @param type 0 float64, 1 float32, 2 float16, 3 bfloat16
 */
export function draw(low: u32, high: u32, count: u32, type: u32): void {
  let block = ((<u64>high) << 32) | <u64>low;
  for (let done: u32 = 0; done < count; done += BLOCK, block += BLOCK / 4) {
    const part = min(BLOCK, count - done);
    drawWords(block, part);
    if (isUniform) uniformSamples(SAMPLES + width(type) * done, part, type);
    else normalSamples(SAMPLES + width(type) * done, part, type);
  }
}

function uniformSamples(to: usize, count: u32, type: u32): void {
  if (type == FLOAT64) wideUniform(to, count, lowest, range);
  else if (type == FLOAT32) narrowUniform(to, count, lowest, range);
  else if (type == FLOAT16) {
    wideUniform(WIDE, count, lowest, range);
    wideToHalf(WIDE, to, count);
  } else {
    narrowUniform(NARROW, count, lowest, range);
    narrowToBrain(NARROW, to, count);
  }
}

function normalSamples(to: usize, count: u32, type: u32): void {
  if (type == FLOAT64) wideNormal(WORDS, to, count);
  else if (type == FLOAT32) narrowNormal(to, count);
  else {
    narrowNormal(NARROW, count);
    if (type == FLOAT16) normalToHalf(NARROW, to, count);
    else narrowToBrain(NARROW, to, count);
  }
}

setFront();
