// What the generated functions of `op.microsoft` stand on: the calls that make nodes of com.microsoft.
import { MICROSOFT } from '../ops/rules/microsoft.ts';
import { operatorCalls } from './operator-calls.ts';

/** The calls of operators of com.microsoft. */
export const { callOne, callMany } = operatorCalls(MICROSOFT);
