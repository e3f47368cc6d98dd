// Checks the model's own fields: IR version, graph, metadata, opsets.
import { irVersionFor } from '../../../src/ir/target.ts';
import { latestOpset } from '../../../src/ops/schema.ts';
import type { OperatorSetIdProto } from '../proto/messages.ts';
import type { Findings } from './finding.ts';
import { domainOf, type ModelView, type Scope } from './scopes.ts';

/** The newest IR version that ONNX has published (onnx.proto3 of onnx 1.23). */
const NEWEST_IR = 14;

/** Checks the fields of the model. */
export function checkFields(view: ModelView, findings: Findings): void {
  const { model, main } = view;
  checkIrVersion(view, findings);
  if (!main) findings.add('MODEL_GRAPH', 'the model has no graph');
  else {
    const { name, node = [], output = [] } = main.graph;
    if (!name) findings.add('GRAPH_NAME', 'the graph has no name', { scope: main });
    if (node.length === 0) findings.add('GRAPH_EMPTY', 'the graph has no nodes', { scope: main });
    if (output.length === 0) findings.add('GRAPH_OUTPUTS', 'the graph has no outputs', { scope: main });
  }
  const keys = new Set<string>();
  for (const { key = '' } of model.metadataProps ?? []) {
    if (keys.has(key)) findings.add('METADATA_TWICE', `the metadata have "${key}" twice`);
    keys.add(key);
  }
  checkOpsets(view, findings);
}

function checkIrVersion({ model, irVersion }: ModelView, findings: Findings): void {
  if (model.irVersion === undefined || irVersion === 0) findings.add('MODEL_IR_VERSION', 'the model has no IR version');
  else if (irVersion < 0 || irVersion > NEWEST_IR) {
    findings.add(
      'MODEL_IR_VERSION',
      `the model has IR version ${irVersion}; ONNX has versions 1 to ${NEWEST_IR} so far`,
    );
  }
}

function checkOpsets({ model, irVersion, scopes }: ModelView, findings: Findings): void {
  const imports = model.opsetImport ?? [];
  if (imports.length === 0) {
    const severity = irVersion >= 3 ? 'error' : 'warning';
    findings.add('OPSET_MISSING', 'the model imports no opset', {}, { severity });
  } else if (irVersion > 0 && irVersion < 3) {
    findings.add(
      'OPSET_IR',
      `the model imports opsets, which came with IR version 3; it has IR version ${irVersion}`,
      {},
      { severity: 'error', hint: 'set ir_version to 3 or more' },
    );
  }
  checkImports(imports, 'the model', undefined, findings);
  const opset = imports.find((entry) => domainOf(entry) === '');
  const needed = opset ? irVersionFor(Number(opset.version ?? 0)) : 0;
  if (irVersion >= 3 && needed > irVersion) {
    findings.add(
      'OPSET_IR',
      `opset ${opset?.version} came with IR version ${needed}, the model has IR version ${irVersion}`,
      {},
      { hint: `set ir_version to ${needed}` },
    );
  }
  checkUsed(imports, scopes, findings);
  for (const scope of scopes) {
    if (scope.kind !== 'function') continue;
    const list = scope.function?.opsetImport ?? [];
    checkImports(list, scope.owner, scope, findings);
  }
}

function checkImports(
  imports: readonly OperatorSetIdProto[],
  owner: string,
  scope: Scope | undefined,
  findings: Findings,
): void {
  const versions = new Map<string, number>();
  for (const entry of imports) {
    const domain = domainOf(entry);
    const label = domain || 'ai.onnx';
    const version = Number(entry.version ?? 0);
    const latest = latestOpset(domain);
    if (version < 1) findings.add('OPSET_INVALID', `${owner} imports ${label} in version ${version}`, { scope });
    else if (latest !== undefined && version > latest) {
      findings.add('OPSET_UNKNOWN', `${owner} imports ${label} in version ${version}; ${latest} is the newest`, {
        scope,
      });
    }
    const before = versions.get(domain);
    if (before === version) {
      findings.add('OPSET_TWICE', `${owner} imports ${label} twice`, { scope }, { severity: 'warning' });
    } else if (before !== undefined) {
      findings.add('OPSET_TWICE', `${owner} imports ${label} in versions ${before} and ${version}`, { scope });
    }
    versions.set(domain, version);
  }
}

/** Tells of imports that no node of the graph needs; ai.onnx may always stand there. */
function checkUsed(imports: readonly OperatorSetIdProto[], scopes: readonly Scope[], findings: Findings): void {
  const used = new Set<string>(['']);
  for (const scope of scopes) for (const node of scope.graph.node ?? []) used.add(domainOf(node));
  const unused = [...new Set(imports.map(domainOf))].filter((domain) => !used.has(domain));
  if (unused.length > 0) findings.add('OPSET_UNUSED', `no node is of ${unused.join(', ')}, which the model imports`);
}
