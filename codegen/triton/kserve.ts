// Writes an InferenceService of KServe that serves a Triton model repository.

import { knownNames, optionError, wholeNumber } from './check-option.ts';
import { oneLine } from './text-format.ts';

/** How KServe serves a model repository. */
export interface KserveOptions {
  /** The name of the service: lower-case letters, digits and -. */
  readonly name: string;
  /** Where the repository lies: `s3://bucket/models`, `gs://`, `pvc://claim/path`, `hf://`, `https://`. */
  readonly storageUri: string;
  readonly namespace?: string | undefined;
  /** The serving runtime; `kserve-tritonserver` by default. */
  readonly runtime?: string | undefined;
  /** The release of Triton's image: `26.03-py3`; that of the runtime by default. */
  readonly runtimeVersion?: string | undefined;
  /** GPUs of each replica; none by default. */
  readonly gpus?: number | undefined;
  /** Processors of each replica, as Kubernetes writes them: `4`, `500m`. */
  readonly cpu?: string | undefined;
  /** Memory of each replica, as Kubernetes writes it: `8Gi`. */
  readonly memory?: string | undefined;
  /** The fewest replicas; 0 lets the service sleep where KServe runs serverless. */
  readonly minReplicas?: number | undefined;
  readonly maxReplicas?: number | undefined;
  /**
   * What replicas are counted by: `concurrency` (requests at once) or `rps` (requests a second), where KServe runs on Knative;
   * `cpu` or `memory` (percent of what is requested), by Kubernetes's own autoscaler.
   */
  readonly scaleMetric?: KserveScaleMetric | undefined;
  /** How much of the metric one replica bears before another one is started. */
  readonly scaleTarget?: number | undefined;
  /** Annotations of the service by name: `serving.kserve.io/deploymentMode`, `autoscaling.knative.dev/window` and the like. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Seconds after which KServe gives up a request. */
  readonly timeout?: number | undefined;
  /** The service account that may read the repository. */
  readonly serviceAccount?: string | undefined;
  /** The model whose readiness is that of the service; that of the server by default. */
  readonly model?: string | undefined;
}

/** The metrics that a KserveOptions can scale by: those of Knative, and those of Kubernetes. */
export const SCALE_METRICS = ['concurrency', 'rps', 'cpu', 'memory'] as const;

/** What the number of replicas follows. */
export type KserveScaleMetric = (typeof SCALE_METRICS)[number];

/** A value of a manifest. */
export type ManifestValue = string | number | { readonly [key: string]: ManifestValue | undefined };

/**
 * The manifest as a value. The port, the probe's path and the protocol are those of Triton as KServe's runtime starts it.
 *
 * @throws EXPORT_OPTION when a name, address, quantity or number is none
 */
export function kserveManifest(options: KserveOptions): ManifestValue {
  const { name, namespace, storageUri, runtime = 'kserve-tritonserver', runtimeVersion, serviceAccount } = options;
  checkLabel('the name of a service', name, 63);
  if (namespace !== undefined) checkLabel('a namespace', namespace, 63);
  if (!/^[a-z][a-z0-9+.-]*:\/\/\S+$/.test(storageUri)) {
    throw optionError(`"${storageUri}" is no address of storage`, {
      expected: 'SCHEME://PATH without spaces',
      actual: storageUri,
      hint: 's3://bucket/models, gs://bucket/models, pvc://claim/models',
    });
  }
  const { annotations, ...scaling } = scale(options);
  const ready = options.model === undefined ? '/v2/health/ready' : `/v2/models/${options.model}/ready`;
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name, namespace, annotations },
    spec: {
      predictor: {
        ...scaling,
        timeout: options.timeout === undefined ? undefined : wholeNumber('the timeout', options.timeout, 1),
        serviceAccountName: serviceAccount,
        model: {
          modelFormat: { name: 'triton', version: '2' },
          runtime,
          runtimeVersion,
          protocolVersion: 'v2',
          storageUri,
          resources: resources(options),
          readinessProbe: { httpGet: { path: ready, port: PORT }, periodSeconds: 5, failureThreshold: 3 },
        },
      },
    },
  };
}

/** The HTTP port on which KServe's Triton runtime listens. */
const PORT = 8080;

function checkLabel(what: string, text: string, most: number): void {
  if (text.length <= most && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(text)) return;
  throw optionError(`"${text}" is not ${what}`, {
    expected: `up to ${most} lower-case letters, digits and -, beginning with a letter`,
    actual: text,
    hint: `for example ${serviceName(text)}`,
  });
}

/** A name for the service of a model: what Kubernetes takes, near to the model's own name. */
export function serviceName(model: string): string {
  const text = model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63);
  return text.replace(/^[^a-z]+|-+$/g, '') || 'model';
}

function scale(options: KserveOptions) {
  const { minReplicas, maxReplicas, scaleMetric, scaleTarget } = options;
  if (minReplicas !== undefined) wholeNumber('the fewest replicas', minReplicas, 0);
  // For KServe, 0 means that there is no limit.
  if (maxReplicas !== undefined) wholeNumber('the most replicas', maxReplicas, Math.max(1, minReplicas ?? 1));
  const given = annotationsOf(options);
  if (scaleMetric === undefined) {
    if (scaleTarget === undefined) return { minReplicas, maxReplicas, annotations: given };
    throw optionError(`the target ${scaleTarget} of scaling says not of what`, {
      expected: `a metric: ${SCALE_METRICS.join(', ')}`,
      actual: 'none',
      hint: 'KServe takes concurrency on Knative, and cpu elsewhere',
    });
  }
  knownNames('scaling', [scaleMetric], SCALE_METRICS);
  const isKubernetes = scaleMetric === 'cpu' || scaleMetric === 'memory';
  // KServe's webhook refuses a share of processors above 100 (validateScalingHPACompExtension of its v1beta1 API).
  const most = scaleMetric === 'cpu' ? 100 : undefined;
  if (scaleTarget !== undefined) wholeNumber(`the target of ${scaleMetric}`, scaleTarget, 1, most);
  if (scaleMetric === 'memory' && scaleTarget === undefined) {
    // KServe's reconciler then makes an autoscaler without a metric: https://github.com/kserve/kserve, hpa_reconciler.go.
    throw optionError('scaling by memory has no target', {
      expected: 'percent of the requested memory',
      actual: 'none',
      hint: 'KServe has a target of its own for cpu only',
    });
  }
  if (isKubernetes && minReplicas === 0) {
    throw optionError(`a service that is scaled by ${scaleMetric} cannot have 0 replicas`, {
      expected: 'at least 1 replica, or concurrency or rps as the metric',
      actual: '0',
      hint: "Kubernetes's autoscaler measures running replicas; Knative wakes a service by its requests",
    });
  }
  const annotations = isKubernetes ? { 'serving.kserve.io/autoscalerClass': 'hpa', ...given } : given;
  return { minReplicas, maxReplicas, scaleTarget, scaleMetric, annotations };
}

/** Annotations whose names Kubernetes takes: a DNS name and /, or none, and up to 63 characters. */
function annotationsOf({ annotations }: KserveOptions): Readonly<Record<string, string>> | undefined {
  const names = Object.keys(annotations ?? {});
  const wrong = names.find(
    (name) => !/^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/.test(name),
  );
  if (wrong !== undefined) {
    const expected = '[DOMAIN/]NAME of letters, digits, -, _ and .';
    throw optionError(`"${wrong}" is no name of an annotation`, { expected, actual: wrong });
  }
  return names.length > 0 ? annotations : undefined;
}

function resources({ gpus, cpu, memory }: KserveOptions): ManifestValue | undefined {
  if (gpus !== undefined) wholeNumber('the number of GPUs', gpus, 1);
  const own = { cpu: quantity('processors', cpu), memory: quantity('memory', memory) };
  const all = { ...own, 'nvidia.com/gpu': gpus === undefined ? undefined : String(gpus) };
  if (Object.values(all).every((each) => each === undefined)) return undefined;
  // Kubernetes gives GPUs by limits only, and takes equal requests for granted.
  return { limits: all, requests: Object.values(own).some((each) => each !== undefined) ? own : undefined };
}

/** Kubernetes's quantities: a decimal number with a suffix. */
function quantity(what: string, text: string | undefined): string | undefined {
  if (text === undefined || /^(\d+(\.\d+)?)(m|k|[MGTPE]|[KMGTPE]i)?$/.test(text)) return text;
  throw optionError(`"${text}" is no quantity of ${what}`, { expected: '4, 500m, 8Gi', actual: text });
}

/**
 * Prints a manifest as YAML.
 *
 * @param header comments at the top, one a line
 */
export function printManifest(manifest: ManifestValue, header: readonly string[] = []): string {
  const lines = header.map((line) => `# ${oneLine(line)}`);
  print(manifest, '', lines);
  return `${lines.join('\n')}\n`;
}

/** Texts stand in quotes, as JSON has them, which YAML reads as texts and never as numbers or bools. */
function print(value: ManifestValue, indent: string, lines: string[]): void {
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const name = /^[A-Za-z]\w*$/.test(key) ? key : JSON.stringify(key);
    if (typeof member !== 'object') {
      lines.push(`${indent}${name}: ${JSON.stringify(member)}`);
      continue;
    }
    lines.push(`${indent}${name}:`);
    print(member, `${indent}  `, lines);
  }
}
