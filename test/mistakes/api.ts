// What the tests of mistakes use.
export { type DimwiseError, type ErrorCode, isDimwiseError } from 'dimwise';
export { formatOrigin } from '../../src/base/origin.ts';
