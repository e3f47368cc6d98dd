// Manifests of KServe: YAML that is read back as it was meant, valid against the published schema.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KserveOptions, kserveManifest, printManifest, serviceName } from '../../codegen/triton/kserve.ts';
import { isDimwiseError } from '../../src/base/errors.ts';

interface Validator {
  (value: unknown): boolean;
  readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
}

// Both judges fail to load where they are not installed, because then nothing is judged.
const load = createRequire(import.meta.url);
const { parse }: { parse: (text: string) => unknown } = load('yaml');
const { Ajv2020 }: { Ajv2020: new (options: object) => { compile: (schema: object) => Validator } } =
  load('ajv/dist/2020.js');

const SCHEMA: object = JSON.parse(
  readFileSync(new URL('../fixtures/triton/inference-service.schema.json', import.meta.url), 'utf8'),
);
const isValid = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(SCHEMA);

function mistakes(manifest: unknown): readonly string[] {
  return isValid(manifest)
    ? []
    : (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const FULL: KserveOptions = {
  name: 'resnet-50',
  storageUri: 's3://bucket/models',
  namespace: 'vision',
  runtime: 'my-triton',
  runtimeVersion: '26.03-py3',
  gpus: 2,
  cpu: '500m',
  memory: '8Gi',
  minReplicas: 1,
  maxReplicas: 4,
  timeout: 60,
  serviceAccount: 'reader',
  model: 'resnet_50',
};

const CASES: readonly KserveOptions[] = [
  { name: 'mlp', storageUri: 'pvc://claim/models' },
  FULL,
  { name: 'a', storageUri: 'gs://b/c', gpus: 1 },
  { name: 'a', storageUri: 'gs://b/c', minReplicas: 0 },
  { name: 'a', storageUri: 'https://host/m.tar', cpu: '4', memory: '1.5Gi' },
];

describe('kserveManifest', () => {
  test.each(CASES)('$name $storageUri is valid, and YAML keeps it', (options) => {
    const manifest = kserveManifest(options);
    const read: unknown = parse(printManifest(manifest, ['a comment']));
    expect(mistakes(read)).toEqual([]);
    expect(read).toEqual(JSON.parse(JSON.stringify(manifest)));
  });

  test('says what KServe needs to serve a repository', () => {
    expect(kserveManifest(FULL)).toMatchObject({
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name: 'resnet-50', namespace: 'vision' },
      spec: {
        predictor: {
          minReplicas: 1,
          maxReplicas: 4,
          timeout: 60,
          serviceAccountName: 'reader',
          model: {
            modelFormat: { name: 'triton' },
            runtime: 'my-triton',
            protocolVersion: 'v2',
            storageUri: 's3://bucket/models',
            resources: {
              limits: { cpu: '500m', memory: '8Gi', 'nvidia.com/gpu': '2' },
              requests: { cpu: '500m', memory: '8Gi' },
            },
            readinessProbe: { httpGet: { path: '/v2/models/resnet_50/ready', port: 8080 } },
          },
        },
      },
    });
  });

  test('is judged by a schema that refuses what KServe does not know', () => {
    const text = printManifest(kserveManifest(FULL));
    expect(mistakes(parse(text.replace('storageUri', 'storageURI')))).not.toEqual([]);
    expect(mistakes(parse(text.replace('minReplicas: 1', 'minReplicas: "1"')))).not.toEqual([]);
    expect(mistakes(parse(text.replace('predictor:', 'predictors:')))).not.toEqual([]);
  });

  test.each<[string, Partial<KserveOptions>]>([
    ['a name with capitals', { name: 'Mlp' }],
    ['a name that begins with a digit', { name: '1mlp' }],
    ['a name that is too long', { name: 'a'.repeat(64) }],
    ['an address without a scheme', { storageUri: 'bucket/models' }],
    ['an address with a space', { storageUri: 's3://a b' }],
    ['a namespace with a dot', { namespace: 'a.b' }],
    ['no GPUs', { gpus: 0 }],
    ['a quantity that is none', { memory: '8 GB' }],
    ['a quantity of two suffixes', { cpu: '4mi' }],
    ['fewer replicas than the fewest', { minReplicas: 3, maxReplicas: 2 }],
    ['a limit that means none', { maxReplicas: 0 }],
    ['a timeout of 0', { timeout: 0 }],
  ])('refuses %s', (_, wrong) => {
    try {
      kserveManifest({ ...FULL, ...wrong });
    } catch (error) {
      expect(isDimwiseError(error) && error.code).toBe('EXPORT_OPTION');
      return;
    }
    expect.fail('nothing was refused');
  });
});

describe('serviceName', () => {
  test('makes a name of every model that Kubernetes takes', () => {
    fc.assert(
      fc.property(fc.string(), (model) => {
        const name = serviceName(model);
        expect(() => kserveManifest({ name, storageUri: 's3://a' })).not.toThrow();
      }),
    );
    expect(['ResNet_50', 'mlp', '50x', '_'].map(serviceName)).toEqual(['resnet-50', 'mlp', 'x', 'model']);
  });
});
