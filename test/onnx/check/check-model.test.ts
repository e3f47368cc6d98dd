// Checks find what is wrong with a model, name it, and find nothing of the kind in the model beside it that is right.
import { describe, expect, test } from 'vitest';
import { checkModel } from '../../../codegen/onnx/check/check-model.ts';
import { readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import type { ModelProto } from '../../../codegen/onnx/proto/messages.ts';
import { encodeModel } from '../../../codegen/onnx/proto/write-message.ts';
import type { CheckCase } from './case.ts';
import { NAME_CASES } from './wrong-names.ts';
import { NODE_CASES } from './wrong-nodes.ts';
import { REST_CASES } from './wrong-rest.ts';
import { STRUCTURE_CASES } from './wrong-structure.ts';

const CASES = [...STRUCTURE_CASES, ...NAME_CASES, ...NODE_CASES, ...REST_CASES];

/** The findings of a message that went through a file. */
const check = (model: ModelProto, options: CheckCase['options']) => checkModel(readOnnx(encodeModel(model)), options);

describe('checkModel', () => {
  test.each(CASES.map((one) => [one.code, one.what, one] as const))('finds by %s %s', (code, _, one) => {
    const found = check(one.wrong, one.options);
    const own = found.filter((finding) => finding.code === code);
    expect(
      own.map(({ message }) => message).join('\n') || found.map((each) => `${each.code} ${each.message}`),
    ).toContain(one.says);
    if (one.at !== undefined) expect(own.map(({ path }) => path.join(' > ')).join('\n')).toContain(one.at);
  });

  test.each(CASES.map((one) => [one.code, one.what, one] as const))('finds no %s beside %s', (code, _, one) => {
    const found = check(one.good, one.options);
    expect(found.filter((finding) => finding.code === code)).toEqual([]);
    expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
