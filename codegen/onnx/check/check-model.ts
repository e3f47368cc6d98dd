// Checks a model: everything that is wrong with it, or worth knowing, from one reading.
import type { Target } from '../../../src/ir/target.ts';
import { parseTarget } from '../../../src/ir/target.ts';
import type { OnnxModel } from '../onnx-model.ts';
import { refuseExternal } from '../read-external.ts';
import { requireModel } from '../require-model.ts';
import { checkAnnotations } from './check-annotations.ts';
import { checkContract, checkedContract } from './check-contract.ts';
import { checkFields } from './check-fields.ts';
import { checkFunctions } from './check-functions.ts';
import { checkInference } from './check-inference.ts';
import { checkNames } from './check-names.ts';
import { checkNodes } from './check-nodes.ts';
import { checkOrder, checkUnused } from './check-order.ts';
import type { Severity } from './check-rules.ts';
import { checkTarget } from './check-target.ts';
import { checkTensors } from './check-tensors.ts';
import { checkTraining } from './check-training.ts';
import { checkTypes } from './check-types.ts';
import { checkWeights } from './check-weights.ts';
import { type Finding, Findings } from './finding.ts';
import { Names } from './names.ts';
import { viewOf } from './scopes.ts';

/** How a model is checked. */
export interface CheckOptions {
  /**
   * What is to run the model, `ort@1.30/cpu`; its limits are checked too. With `onnx@1.23`, the standard, whatever the official checker
   * refuses is an error. None by default.
   */
  readonly target?: Target | string | undefined;
  /** Whether the elements of weights are looked at; true by default. */
  readonly weights?: boolean | undefined;
}

const ORDER: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/**
 * Checks a model. Nothing of what is wrong with it throws: as much as possible is found at once, errors first.
 *
 * @param model the model; one that breaks the rules of names, types or order is checked all the same
 * @returns what was found; empty where there is nothing to say
 * @throws EMIT_TARGET when there is no such target
 * @example checkModel(readOnnx(bytes)).filter(({ severity }) => severity === 'error')
 */
export function checkModel(model: OnnxModel, options: CheckOptions = {}): readonly Finding[] {
  // The command line hands on its own options too.
  requireModel('checkModel', model);
  const target = typeof options.target === 'string' ? parseTarget(options.target) : options.target;
  const findings = new Findings(target?.runtime === 'onnx');
  const view = viewOf(model.proto);
  const names = new Names(view);
  checkFields(view, findings);
  checkTypes(view, findings);
  checkNames(view, names, findings);
  checkOrder(view, names, findings);
  checkFunctions(view, findings);
  checkNodes(view, findings);
  checkAnnotations(view, names, findings);
  checkTraining(view, findings);
  const initializers = checkTensors(view, model.files?.resolve ?? refuseExternal, findings);
  const contract = checkedContract(model.proto, findings);
  const graph = checkInference(model, view, names, findings);
  if (graph && contract) checkContract(contract, graph, findings);
  checkUnused(view, names, findings);
  if (options.weights ?? true) checkWeights(initializers, model.files?.bytes, findings);
  if (target) checkTarget(view, target, findings);
  return findings.list.toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}
