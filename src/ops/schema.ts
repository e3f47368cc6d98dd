// Looks up operator schemas by domain, name and opset; an operator is decoded when it is first asked for.
import { SchemaVersions } from './decode-schema.ts';
import type { OperatorSchema } from './schema-types.ts';
import { AI_ONNX } from './schemas/ai-onnx.gen.ts';
import { AI_ONNX_ML } from './schemas/ai-onnx-ml.gen.ts';
import { AI_ONNX_PREVIEW, AI_ONNX_PREVIEW_TRAINING } from './schemas/ai-onnx-preview.gen.ts';
import { COM_MICROSOFT, COM_MICROSOFT_NCHWC } from './schemas/com-microsoft.gen.ts';
import { RUNTIME_AI_ONNX } from './schemas/runtime-ai-onnx.gen.ts';

export type {
  AttributeDefault,
  AttributeKind,
  AttributeSchema,
  FormalParameter,
  OperatorSchema,
} from './schema-types.ts';
export { parseTypeString, typeStringOf } from './type-string.ts';

interface DomainTable {
  readonly rows: Readonly<Record<string, string>>;
  /** The newest opset of the domain in onnx 1.23.1, or in ONNX Runtime 1.30 where only that has it. */
  readonly latest: number;
  readonly decoded: Map<string, SchemaVersions>;
}

const table = (latest: number, rows: Readonly<Record<string, string>>): DomainTable => ({
  rows,
  latest,
  decoded: new Map(),
});

const DOMAINS: ReadonlyMap<string, DomainTable> = new Map([
  ['', table(28, AI_ONNX)],
  ['ai.onnx.ml', table(5, AI_ONNX_ML)],
  ['ai.onnx.preview', table(1, AI_ONNX_PREVIEW)],
  ['ai.onnx.preview.training', table(1, AI_ONNX_PREVIEW_TRAINING)],
  ['com.microsoft', table(1, COM_MICROSOFT)],
  ['com.microsoft.nchwc', table(1, COM_MICROSOFT_NCHWC)],
]);

/** What ONNX Runtime accepts in ai.onnx beside the standard: operators of its own, and forms before the standard's first. */
const RUNTIME: DomainTable = table(28, RUNTIME_AI_ONNX);

/** The domains that have schemas, ai.onnx (spelt as the empty text) first. */
export const SCHEMA_DOMAINS: readonly string[] = Object.freeze([...DOMAINS.keys()]);

const NO_VERSIONS: readonly OperatorSchema[] = Object.freeze([]);

function tableOf(domain: string): DomainTable | undefined {
  return DOMAINS.get(domain === 'ai.onnx' ? '' : domain);
}

/**
 * Finds the version of an operator that an opset has: the newest whose `sinceVersion` is not above it. In ai.onnx, what ONNX
 * Runtime adds is found where the standard has no form.
 *
 * @param domain the domain; empty or `ai.onnx` for the default one
 * @param opset the opset version of that domain
 * @returns the schema, a deprecated one included; undefined where the domain or the opset has no such operator
 */
export function findSchema(domain: string, name: string, opset: number): OperatorSchema | undefined {
  const owner = tableOf(domain);
  if (!owner) return undefined;
  const found = versionsIn(owner, domain, name)?.find(opset);
  return found ?? (owner.rows === AI_ONNX ? versionsIn(RUNTIME, '', name)?.find(opset) : undefined);
}

/**
 * All versions of an operator, oldest first; empty where the domain has no such operator. Operators that only ONNX Runtime has
 * in ai.onnx are found too; of others the standard's versions are given.
 */
export function schemaVersions(domain: string, name: string): readonly OperatorSchema[] {
  const owner = tableOf(domain);
  if (!owner) return NO_VERSIONS;
  const versions = versionsIn(owner, domain, name);
  if (versions) return versions.all;
  return owner.rows === AI_ONNX ? runtimeVersions(name) : NO_VERSIONS;
}

/** The versions of an operator of ai.onnx that ONNX Runtime adds to the standard's, oldest first; mostly none. */
export function runtimeVersions(name: string): readonly OperatorSchema[] {
  return versionsIn(RUNTIME, '', name)?.all ?? NO_VERSIONS;
}

/** The names of the operators of ai.onnx of which ONNX Runtime has forms of its own, in alphabetical order. */
export function runtimeOperatorNames(): readonly string[] {
  return Object.keys(RUNTIME.rows);
}

function versionsIn(owner: DomainTable, domain: string, name: string): SchemaVersions | undefined {
  const known = owner.decoded.get(name);
  if (known) return known;
  const json = Object.hasOwn(owner.rows, name) ? owner.rows[name] : undefined;
  if (json === undefined) return undefined;
  const versions = new SchemaVersions(domain === 'ai.onnx' ? '' : domain, name, json);
  owner.decoded.set(name, versions);
  return versions;
}

/** The names of a domain's operators in alphabetical order, deprecated ones included; empty for an unknown domain. */
export function operatorNames(domain: string): readonly string[] {
  return Object.keys(tableOf(domain)?.rows ?? {});
}

/** The newest opset version of a domain in the recorded table; undefined for an unknown domain. */
export function latestOpset(domain: string): number | undefined {
  return tableOf(domain)?.latest;
}
