// Policies of execution providers: what is tried, what must be there, and why something is not.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSession, model, op, type ProviderChoice, tensor, type Value } from 'dimwise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Diagnostic, dimwiseError, isDimwiseError } from '../../src/base/errors.ts';
import { setWarningHandler } from '../../src/base/warn.ts';
import { openOnProvider } from '../../src/runtime/open-provider.ts';
import type { OrtSession } from '../../src/runtime/ort.ts';
import { planProviders } from '../../src/runtime/policy.ts';
import { probeProvider, reasonIn } from '../../src/runtime/probe-provider.ts';
import type { Provider } from '../../src/runtime/provider.ts';

let warnings: Diagnostic[] = [];
let before: ReturnType<typeof setWarningHandler>;
beforeEach(() => {
  warnings = [];
  before = setWarningHandler((warning) => warnings.push(warning));
});
afterEach(() => setWarningHandler(before));

async function mistake(act: () => unknown): Promise<Diagnostic | undefined> {
  try {
    await act();
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return error.errors[0];
  }
  return undefined;
}

const SESSION = { inputNames: [], outputNames: [] } as unknown as OrtSession;

interface Machine {
  /** Providers that show no library. */
  readonly absent?: readonly Provider[];
  /** What creating throws by the providers that it is asked for. */
  readonly fails?: (providers: readonly Provider[]) => string | undefined;
  /** Providers that do not load by themselves. */
  readonly broken?: readonly Provider[];
}

/** Opens on a machine that is made up, and tells what was tried. */
async function open(choice: ProviderChoice, { absent = [], fails, broken = [] }: Machine) {
  const tried: string[] = [];
  const opened = await openOnProvider(planProviders(choice), {
    create: async (providers) => {
      tried.push(providers.join('+'));
      const bad = providers.find((each) => broken.includes(each));
      const failure = fails?.(providers) ?? (bad && `the ${bad} inside of ONNX Runtime says nothing`);
      if (failure) throw Object.assign(new TypeError(failure));
      return SESSION;
    },
    absenceOf: (provider) => (absent.includes(provider) ? `no ${provider} library` : undefined),
    probe: async (provider) => (broken.includes(provider) ? `lib${provider}.so is missing` : undefined),
    refused: (cause) => dimwiseError({ code: 'RUNTIME_FAILED', message: String(cause) }),
  });
  return { ...opened, tried };
}

describe('planProviders', () => {
  test.each<[ProviderChoice | undefined, string, boolean]>([
    [undefined, 'cuda cpu', false],
    ['cpu', 'cpu', false],
    [['webgpu', 'webgpu', 'cpu'], 'webgpu cpu', false],
    [{ cuda: 'preferred' }, 'cuda cpu', false],
    [{ cpu: 'preferred', cuda: 'preferred' }, 'cuda cpu', false],
    [{ cuda: 'required' }, 'cuda!', false],
    [{ tensorrt: 'preferred', cuda: 'required', cpu: 'forbidden' }, 'tensorrt cuda!', true],
    [{ cuda: 'forbidden' }, 'cpu', false],
    [{ webgpu: 'preferred', cpu: 'forbidden' }, 'webgpu', true],
    [{ cuda: undefined }, 'cpu', false],
    [{}, 'cpu', false],
  ])('reads %o', (choice, expected, forbidsCpu) => {
    const plan = planProviders(choice);
    expect(plan.candidates.map(({ provider, isRequired }) => `${provider}${isRequired ? '!' : ''}`).join(' ')).toBe(
      expected,
    );
    expect(plan.forbidsCpu).toBe(forbidsCpu);
  });

  test.each<[string, unknown, Partial<Diagnostic>]>([
    ['a misspelt provider', 'cudaa', { actual: 'cudaa', hint: 'did you mean "cuda"?' }],
    ['a misspelt provider in a list', ['cpu', 'tensorRTT'], { actual: 'tensorRTT', hint: 'did you mean "tensorrt"?' }],
    ['a misspelt provider with a policy', { cudda: 'required' }, { actual: 'cudda', hint: 'did you mean "cuda"?' }],
    ['a misspelt policy', { cuda: 'require' }, { actual: 'require', hint: 'did you mean "required"?' }],
    ['true as a policy', { cuda: true }, { actual: 'true', expected: 'required, preferred, forbidden' }],
    ['no provider', [], { actual: 'none' }],
    ['nothing but a forbidden CPU', { cpu: 'forbidden' }, { actual: "cpu: 'forbidden'" }],
  ])('refuses %s', async (_, choice, expected) => {
    // The choice comes from a file that nobody type-checks.
    const found = await mistake(() => planProviders(choice as ProviderChoice));
    expect(found).toMatchObject({ code: 'RUNTIME_PROVIDER', ...expected });
  });
});

describe('openOnProvider', () => {
  test.each<[string, ProviderChoice, Machine, string, string]>([
    ['takes the first that is there', ['cuda', 'cpu'], {}, 'cuda', 'cuda'],
    ['passes over what shows no library', ['cuda', 'cpu'], { absent: ['cuda'] }, 'cpu', 'cpu'],
    ['passes over what does not load', ['cuda', 'webgpu', 'cpu'], { broken: ['cuda'] }, 'cuda webgpu', 'webgpu'],
    ['gives TensorRT its CUDA', ['tensorrt', 'cuda', 'cpu'], {}, 'tensorrt+cuda', 'tensorrt+cuda'],
    [
      'keeps CUDA where TensorRT is broken',
      ['tensorrt', 'cuda'],
      { broken: ['tensorrt'] },
      'tensorrt+cuda cuda',
      'cuda',
    ],
    ['has all that are required', { tensorrt: 'required', cuda: 'required' }, {}, 'tensorrt+cuda', 'tensorrt+cuda'],
    [
      'has the better one beside the required',
      { tensorrt: 'preferred', cuda: 'required' },
      {},
      'tensorrt+cuda',
      'tensorrt+cuda',
    ],
    ['needs no worse one beside the required', { cuda: 'required', webgpu: 'preferred' }, {}, 'cuda', 'cuda'],
    [
      'never tries the forbidden',
      { cuda: 'forbidden', webgpu: 'preferred' },
      { broken: ['webgpu'] },
      'webgpu cpu',
      'cpu',
    ],
  ])('%s', async (_, choice, machine, tried, providers) => {
    const opened = await open(choice, machine);
    expect(opened.tried.join(' ')).toBe(tried);
    expect(opened.providers.join('+')).toBe(providers);
  });

  test('warns of each fallback with its reason, and says the same of the session', async () => {
    const machine = { absent: ['tensorrt'], broken: ['cuda'] } as const;
    const { fallbacks } = await open(['tensorrt', 'cuda', 'cpu'], machine);
    expect(fallbacks).toEqual([
      { wanted: 'tensorrt', reason: 'no tensorrt library' },
      { wanted: 'cuda', reason: 'libcuda.so is missing' },
    ]);
    expect(warnings.map(({ code, expected, actual }) => [code, expected, actual])).toEqual([
      ['RUNTIME_PROVIDER', 'tensorrt', 'cpu'],
      ['RUNTIME_PROVIDER', 'cuda', 'cpu'],
    ]);
    await open(['tensorrt', 'cuda', 'cpu'], machine);
    expect(warnings).toHaveLength(2);
  });

  test.each<[string, ProviderChoice, Machine, string]>([
    [
      'a required provider without a library',
      { cuda: 'required' },
      { absent: ['cuda'] },
      'cuda is required and cannot be had: no cuda library',
    ],
    [
      'a required provider that does not load',
      { cuda: 'required' },
      { broken: ['cuda'] },
      'cuda is required and cannot be had: libcuda.so is missing',
    ],
    [
      'the second of two that are required',
      { tensorrt: 'required', cuda: 'required' },
      { broken: ['cuda'] },
      'cuda is required and cannot be had',
    ],
    [
      'all of a list',
      ['tensorrt', 'cuda'],
      { absent: ['tensorrt'], broken: ['cuda'] },
      'can be had: tensorrt: no tensorrt library; cuda: libcuda.so is missing',
    ],
    [
      'a fallback to a forbidden CPU',
      { cuda: 'preferred', cpu: 'forbidden' },
      { absent: ['cuda'] },
      'can be had: cuda: no cuda library',
    ],
    [
      'nodes that fall to a forbidden CPU',
      { cuda: 'preferred', cpu: 'forbidden' },
      { fails: () => 'nodes ... but fallback to CPU EP has been explicitly disabled by the user.' },
      'the CPU is forbidden, and cuda cannot take every node of the model',
    ],
  ])('refuses %s', async (_, choice, machine, message) => {
    const found = await mistake(() => open(choice, machine));
    expect(found?.code).toBe('RUNTIME_PROVIDER');
    expect(found?.message).toContain(message);
    expect(found?.origin?.site?.place?.file).toContain('providers.test.ts');
  });

  test('blames the provider that ONNX Runtime names, and its words where it loads alone', async () => {
    const fails = (providers: readonly Provider[]) =>
      providers.includes('cuda') ? 'CUDA failure 2: out of memory' : undefined;
    expect((await open(['cuda', 'cpu'], { fails })).fallbacks).toEqual([
      { wanted: 'cuda', reason: 'CUDA failure 2: out of memory' },
    ]);
    const loading = (providers: readonly Provider[]) =>
      providers.includes('tensorrt') ? 'OrtSessionOptionsAppendExecutionProvider_TensorRT: Failed' : undefined;
    const { fallbacks } = await open(['tensorrt', 'cuda', 'cpu'], { fails: loading });
    expect(fallbacks.map(({ wanted }) => wanted)).toEqual(['tensorrt']);
  });

  test('blames the model where every provider works', async () => {
    const found = await mistake(() => open(['cuda', 'cpu'], { fails: () => 'Node (x) has no kernel' }));
    expect(found).toMatchObject({ code: 'RUNTIME_FAILED' });
  });
});

describe('probeProvider', () => {
  test('runs a model on the CPU', async () => {
    expect(await probeProvider('cpu')).toEqual({ provider: 'cpu', works: true, reason: undefined, log: '' });
  });

  test('finds the reason that stands on the native error output', async () => {
    const probe = await probeProvider('cuda');
    if (probe.works) return console.warn('CUDA is there, its absence is not tested');
    // What ONNX Runtime throws names no file.
    expect(probe.reason).toMatch(/\S+\.so(\.\d+)*: |CUDA/);
    expect(await probeProvider('cuda')).toBe(probe);
  });

  test('says so of a provider that is not in this build', async () => {
    const provider = process.platform === 'win32' ? 'coreml' : 'dml';
    expect((await probeProvider(provider)).reason).toContain('backend not found');
  });

  test.each([
    ['that is not there', undefined, 'Cannot find module'],
    ['that kills its process', 'process.kill(process.pid, "SIGSEGV"); while (true);', 'dies of SIGSEGV'],
    ['that ends its process', 'process.exit(3)', 'Command failed'],
    ['that hangs', 'while (true);', 'does not answer within 300 ms'],
    [
      'that says it on stderr',
      `console.error('Failed to load library /p/cuda.so with error: /p/cuda.so: no such file'); throw new Error('no')`,
      '/p/cuda.so: no such file',
    ],
    [
      'that adds wrongly',
      `exports.Tensor = class {}; exports.InferenceSession = { create: async () => ({ run: async () => ({ y: { data: [2, 5] } }) }) }`,
      'it adds wrongly: 1 + 1, 2 + 2 give 2, 5',
    ],
  ])('tells of a package %s', async (name, text, reason) => {
    const entry = join(await mkdtemp(join(tmpdir(), 'dimwise-probe-')), 'entry.cjs');
    if (text !== undefined) await writeFile(entry, text);
    const probe = await probeProvider('cpu', { entry, timeout: name === 'that hangs' ? 300 : 20_000 });
    await rm(dirname(entry), { recursive: true });
    expect(probe.works).toBe(false);
    expect(probe.reason).toContain(reason);
  });
});

describe('reasonIn', () => {
  test.each([
    [
      'FAIL : Failed to load library /a/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file: No such file or directory',
      'AppendExecutionProvider_Cuda: Failed to load shared library',
      'libcudnn.so.9: cannot open shared object file: No such file or directory',
    ],
    [
      "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file",
      'No supported adapters',
      "No supported adapters (Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file)",
    ],
    ['', 'CUDA failure 35: driver\n is too old', 'CUDA failure 35: driver is too old'],
  ])('reads %j', (log, message, reason) => {
    expect(reasonIn(log, message)).toBe(reason);
  });
});

describe('createSession', () => {
  const net = model((x: Value) => op.Add(x, x), { inputs: { x: tensor('float32', ['n']) } })
    .bind({ x: ['n'] })
    .compile();

  test('says what is missing for a required provider', async () => {
    for (const provider of ['cuda', 'tensorrt', 'webgpu'] as const) {
      if ((await probeProvider(provider)).works) {
        console.warn(`${provider} is there, its absence is not tested`);
        continue;
      }
      const found = await mistake(() => createSession(net, { providers: { [provider]: 'required' } }));
      expect(found).toMatchObject({ code: 'RUNTIME_PROVIDER', expected: provider });
      expect(found?.message).toMatch(/\.so|built without|adapter/);
    }
  });

  test('refuses a device that nothing would heed', async () => {
    const found = await mistake(() => createSession(net, { providers: 'cpu', deviceId: 1 }));
    expect(found).toMatchObject({ code: 'SESSION_OPTION', actual: 'deviceId' });
  });

  test('takes the only provider at its word: no node may fall to a forbidden CPU', async () => {
    // Where the binding does not pass the setting on, the CPU runs the model.
    const found = await mistake(() =>
      createSession(net, { providers: 'cpu', extra: { session: { disable_cpu_ep_fallback: '1' } } }),
    );
    expect(found?.code).toBe('RUNTIME_PROVIDER');
  });

  test('prefers, and runs on the CPU with the reason', async () => {
    const provider = process.platform === 'win32' ? 'coreml' : 'dml';
    await using session = await createSession(net, { providers: { [provider]: 'preferred' } });
    expect(session).toMatchObject({ provider: 'cpu', providers: ['cpu'], fallbacks: [{ wanted: provider }] });
    expect(warnings[0]?.message).toContain(`built without ${provider}`);
  });
});
