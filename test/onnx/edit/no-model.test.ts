// Edits that are given something else than a model: code that nobody type-checks.
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../../src/base/errors.ts';
import {
  addOutputs,
  changeBatch,
  dropOutputs,
  extractModel,
  freeInitializers,
  joinModels,
  keepOutputs,
  pruneModel,
  renameNodes,
  renameValues,
  replaceOperator,
  setInitializer,
  setMetadata,
} from '../../../src/index.ts';

const EDITS: Readonly<Record<string, unknown>> = {
  changeBatch,
  extractModel,
  keepOutputs,
  dropOutputs,
  addOutputs,
  pruneModel,
  renameNodes,
  renameValues,
  replaceOperator,
  setInitializer,
  freeInitializers,
  setMetadata,
  joinModels,
};

describe('edits', () => {
  test.each(Object.entries(EDITS))('%s refuses what is no model, by its name', (name, edit) => {
    try {
      if (typeof edit === 'function') Reflect.apply(edit, undefined, [{ graph: {} }, {}, {}]);
      expect.unreachable();
    } catch (error) {
      if (!isDimwiseError(error)) throw error;
      expect(error.code).toBe('LAYER_ARGUMENT');
      expect(error.message).toContain(name);
    }
  });
});
