// Gives every property test the same random numbers on each run; DIMWISE_TEST_SEED takes another seed, or `random`.
import fc from 'fast-check';

/** The seed of all properties that name none of their own. */
const SEED = 20261123;

const wanted = process.env.DIMWISE_TEST_SEED ?? '';
const seed = wanted === '' ? SEED : Number(wanted);
if (wanted !== 'random') {
  if (!Number.isInteger(seed)) throw new RangeError(`DIMWISE_TEST_SEED is a whole number or "random", not "${wanted}"`);
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
}
