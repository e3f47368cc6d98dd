// Damaged files: whatever a model's bytes become, reading and inferring it ends in a graph or in an error of ours.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import { joinParts } from '../../codegen/onnx/proto/parts.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { readModel } from '../../codegen/onnx/read.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import { formatGraph } from '../../src/ir/graph-text.ts';
import { SAMPLES } from './sample-graphs.ts';

const FILES = SAMPLES.map(({ make }) => joinParts(emitModel(make()).parts));

/** A place in a file, and what to do to the byte there. */
const damage = fc.record({ at: fc.nat(), bit: fc.nat(7), byte: fc.option(fc.nat(255)) });

describe('a damaged model', () => {
  test('is read, inferred, printed and emitted, or refused with a code that is not a defect of ours', () => {
    let refused = 0;
    let taken = 0;
    fc.assert(
      fc.property(fc.nat(FILES.length - 1), fc.array(damage, { minLength: 1, maxLength: 4 }), (which, changes) => {
        const bytes = Uint8Array.from(FILES[which] ?? []);
        for (const { at, bit, byte } of changes) {
          const place = at % bytes.length;
          bytes[place] = byte ?? (bytes[place] ?? 0) ^ (1 << bit);
        }
        try {
          const read = readModel(decodeModel(bytes));
          inferReadModel(read, () => {});
          formatGraph(read.graph);
          emitModel(read.graph);
          taken++;
        } catch (error) {
          if (!isDimwiseError(error)) throw error;
          expect(error.code).not.toBe('INTERNAL_INVARIANT');
          expect(error.code).not.toBe('GRAPH_INVALID');
          refused++;
        }
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(refused, taken)).toBeGreaterThan(100);
  });
});
