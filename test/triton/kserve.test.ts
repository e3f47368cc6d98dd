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
  { name: 'a', storageUri: 's3://b/c', scaleMetric: 'rps', scaleTarget: 50, minReplicas: 0 },
  {
    name: 'a',
    storageUri: 's3://b/c',
    scaleMetric: 'memory',
    scaleTarget: 70,
    annotations: { 'a.b/c': 'no: "YAML" # here' },
  },
];

/** Manifests that are recorded whole. */
const RECORDED: Readonly<Record<string, KserveOptions>> = {
  plain: { name: 'mlp', storageUri: 's3://bucket/models' },
  full: FULL,
  'on-knative': {
    name: 'bert',
    storageUri: 'gs://bucket/models',
    gpus: 1,
    minReplicas: 0,
    maxReplicas: 8,
    scaleMetric: 'concurrency',
    scaleTarget: 16,
    annotations: { 'autoscaling.knative.dev/window': '30s' },
  },
  'by-processors': {
    name: 'mlp',
    storageUri: 'pvc://claim/models',
    cpu: '2',
    memory: '4Gi',
    minReplicas: 1,
    maxReplicas: 4,
    scaleMetric: 'cpu',
    scaleTarget: 80,
    annotations: { 'serving.kserve.io/deploymentMode': 'Standard' },
  },
};

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

  test.each(Object.entries(RECORDED))('%s is the recorded one', (name, options) => {
    const recorded = new URL(`../fixtures/triton/manifests/${name}.yaml`, import.meta.url);
    expect(printManifest(kserveManifest(options), ['Recorded.'])).toBe(readFileSync(recorded, 'utf8'));
    expect(mistakes(parse(readFileSync(recorded, 'utf8')))).toEqual([]);
  });

  test("names Kubernetes's autoscaler where it is asked for, and lets annotations say otherwise", () => {
    const name = 'serving.kserve.io/autoscalerClass';
    const annotations = (options: Partial<KserveOptions>): unknown =>
      parse(printManifest(kserveManifest({ ...FULL, ...options })));
    const of = (value: string) => ({ metadata: { annotations: { [name]: value } } });
    expect(annotations({ scaleMetric: 'cpu' })).toMatchObject(of('hpa'));
    expect(annotations({ scaleMetric: 'memory', scaleTarget: 70 })).toMatchObject(of('hpa'));
    expect(annotations({ scaleMetric: 'cpu', annotations: { [name]: 'keda' } })).toMatchObject(of('keda'));
    for (const scaleMetric of ['concurrency', 'rps'] as const) {
      expect(annotations({ scaleMetric })).not.toHaveProperty(['metadata', 'annotations']);
    }
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
    ['a target of nothing', { scaleTarget: 8 }],
    ['a target of 0', { scaleMetric: 'concurrency', scaleTarget: 0 }],
    ['half a request', { scaleMetric: 'rps', scaleTarget: 0.5 }],
    ['more than all processors', { scaleMetric: 'cpu', scaleTarget: 101 }],
    ['memory without a target', { scaleMetric: 'memory' }],
    ['no replicas that are measured', { scaleMetric: 'cpu', minReplicas: 0 }],
    ['an annotation with a space', { annotations: { 'a b': 'c' } }],
    ['an annotation that begins with a point', { annotations: { 'a.b/.c': 'd' } }],
    ['an annotation of two domains', { annotations: { 'a/b/c': 'd' } }],
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

test.each(['gpu', 'CPU', ''])('a metric %j that KServe does not have is refused', (name) => {
  const options: object = { ...FULL, scaleMetric: name };
  expect(() => kserveManifest(options as KserveOptions)).toThrow('scaling knows no');
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
