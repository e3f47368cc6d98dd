// Models that are right have no errors: all node cases of onnx, the recorded topologies, what ONNX Runtime's tools write.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { TOPOLOGIES, topologyBytes } from '../../../bench/topologies.ts';
import { checkModel } from '../../../codegen/onnx/check/check-model.ts';
import { ORT_WITHOUT_CPU_KERNEL } from '../../../codegen/onnx/check/target-kernels.ts';
import { readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import { operatorNames, SCHEMA_DOMAINS, schemaVersions } from '../../../src/ops/schema.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));

/** The codes of errors and warnings; outputs of recorded models have no shapes, because inference is to find them. */
function complaints(bytes: Uint8Array): string[] {
  const findings = checkModel(readOnnx(bytes));
  return findings
    .filter(({ code, severity }) => severity !== 'note' && code !== 'VALUE_SHAPE' && code !== 'VALUE_TYPE')
    .map(({ code, message, path }) => `${code} ${message} (${path.join(' > ')})`);
}

describe('checkModel of models that are right', () => {
  test('finds nothing wrong with any node case of onnx', () => {
    const rows: readonly [name: string, op: string, bytes: number][] = JSON.parse(
      fixture('node-cases/cases.json').toString('utf8'),
    );
    const models = gunzipSync(fixture('node-cases/models.bin.gz'));
    let at = 0;
    const found = rows.flatMap(([name, , bytes]) =>
      complaints(models.subarray(at, (at += bytes))).map((text) => `${name}: ${text}`),
    );
    expect(rows).toHaveLength(1884);
    expect(found).toEqual([]);
  });

  test.each(TOPOLOGIES)('finds nothing wrong with %s', (name) => {
    expect(complaints(topologyBytes(name))).toEqual([]);
  });

  const microsoft = readdirSync(new URL('../../fixtures/microsoft/', import.meta.url)).filter((name) =>
    name.endsWith('.onnx.gz'),
  );
  test.each(microsoft)('finds no error in %s', (name) => {
    const findings = checkModel(readOnnx(gunzipSync(fixture(`microsoft/${name}`))), { target: 'ort@1.30/cpu' });
    expect(microsoft).toHaveLength(16);
    expect(findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  });
});

describe('ORT_WITHOUT_CPU_KERNEL', () => {
  test('lists the operators without a kernel that ONNX Runtime registers, function bodies and constants aside', () => {
    const { operators }: { operators: Record<string, readonly string[]> } = JSON.parse(
      fixture('cpu-kernels/kernels.json').toString('utf8'),
    );
    const lacking = SCHEMA_DOMAINS.filter((domain) => operators[domain]).map((domain) => {
      const names = operatorNames(domain).filter((name) => {
        const newest = schemaVersions(domain, name).at(-1);
        const isMade = newest?.hasFunctionBody || newest?.deprecated || name === 'Constant';
        return !isMade && !operators[domain]?.includes(name);
      });
      return [domain, names] as const;
    });
    expect(lacking.filter(([, names]) => names.length > 0)).toEqual([...ORT_WITHOUT_CPU_KERNEL]);
  });
});
