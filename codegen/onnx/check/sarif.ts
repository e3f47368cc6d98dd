// Findings as SARIF 2.1.0, which code hosts and editors show (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
import { VERSION } from '../../../src/base/version.ts';
import type { Severity } from './check-rules.ts';
import { type Finding, type FindingCode, ruleOf } from './finding.ts';

/** What was found in one file. */
export interface CheckedFile {
  /** The path as it was given, relative or absolute. */
  readonly file: string;
  readonly findings: readonly Finding[];
  /** How many findings there are beyond those; 0 by default. */
  readonly omitted?: number | undefined;
}

/** The log of one run; the members are those of the SARIF schema. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly object[];
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** The log of a check of some files: each finding a result, the path of its node a logical location. */
export function sarifOf(files: readonly CheckedFile[]): SarifLog {
  const codes = [...new Set(files.flatMap(({ findings }) => findings.map(({ code }) => code)))].sort();
  const index = new Map(codes.map((code, i) => [code, i]));
  const results = files.flatMap(({ file, findings }) =>
    findings.map((finding) => resultOf(uriOf(file), finding, index.get(finding.code) ?? 0)),
  );
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'dimwise', semanticVersion: VERSION, rules: codes.map(descriptorOf) } },
        artifacts: files.map(({ file, omitted = 0 }) => ({
          location: { uri: uriOf(file) },
          ...(omitted > 0 ? { properties: { omittedFindings: omitted } } : {}),
        })),
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
}

/** The name of a rule in the manner of SARIF: `NAME_UNDEFINED` is `NameUndefined`. */
const nameOf = (code: FindingCode): string =>
  code.toLowerCase().replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());

function descriptorOf(code: FindingCode): object {
  const { rule, remedy, severity } = ruleOf(code);
  return {
    id: code,
    name: nameOf(code),
    shortDescription: { text: rule },
    help: { text: remedy },
    defaultConfiguration: { level: levelOf(severity) },
  };
}

/** SARIF has the same three words. */
const levelOf = (severity: Severity): string => severity;

function resultOf(
  uri: string,
  { code, severity, message, path, value, hint, node }: Finding,
  ruleIndex: number,
): object {
  const names = value === undefined ? path : [...path, `"${value}"`];
  const location =
    names.length > 0 ? [{ name: names.at(-1), fullyQualifiedName: names.join(' > '), kind: kindOf(value, node) }] : [];
  return {
    ruleId: code,
    ruleIndex,
    level: levelOf(severity),
    message: { text: message },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri } },
        ...(location.length > 0 ? { logicalLocations: location } : {}),
      },
    ],
    properties: { hint, ...(node ? { node } : {}) },
  };
}

const kindOf = (value: string | undefined, node: Finding['node']): string =>
  value === undefined ? (node ? 'object' : 'module') : 'variable';

/** A path as a URI reference: each step is encoded, an absolute path is a `file:` URI. */
function uriOf(file: string): string {
  const steps = file.replaceAll('\\', '/').split('/').map(encodeURIComponent);
  return file.startsWith('/') ? `file://${steps.join('/')}` : steps.join('/');
}
