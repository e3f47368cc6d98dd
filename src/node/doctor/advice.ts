// What to install, in order, for CUDA to work, with commands.
import { foldersOf, type NeededLibrary } from '../../runtime/libraries/provider-libraries.ts';
import type { Provider } from '../../runtime/provider.ts';
import { compareVersions } from './compare-versions.ts';
import type { Graphics } from './graphics.ts';
import type { Machine } from './machine.ts';
import type { OrtPackage } from './ort-package.ts';
import type { ProviderState } from './provider-state.ts';

/** One step: what is missing, and what a person types. */
export interface Advice {
  readonly what: string;
  /** Commands; none where there is nothing to type. */
  readonly commands: readonly string[];
}

/** What advice is made from. */
export interface Findings {
  readonly machine: Pick<Machine, 'platform' | 'arch' | 'glibc' | 'environment'>;
  readonly ort: OrtPackage | undefined;
  /** The folder in which the package was looked for; undefined for the one that dimwise loads. */
  readonly folder?: string | undefined;
  readonly graphics: Graphics;
  readonly providers: readonly ProviderState[];
}

/** Packages of Python that hold NVIDIA's libraries, by the library's name without its version; for CUDA 12, and for CUDA 13. */
const PACKAGES: ReadonlyMap<string, readonly [cuda12: string, cuda13: string]> = new Map([
  ['libcudart', ['nvidia-cuda-runtime-cu12', 'nvidia-cuda-runtime']],
  ['libcublas', ['nvidia-cublas-cu12', 'nvidia-cublas']],
  ['libcublasLt', ['nvidia-cublas-cu12', 'nvidia-cublas']],
  ['libcufft', ['nvidia-cufft-cu12', 'nvidia-cufft']],
  ['libcurand', ['nvidia-curand-cu12', 'nvidia-curand']],
  ['libnvrtc', ['nvidia-cuda-nvrtc-cu12', 'nvidia-cuda-nvrtc']],
  ['libnvJitLink', ['nvidia-nvjitlink-cu12', 'nvidia-nvjitlink']],
  ['libcudnn', ['nvidia-cudnn-cu12', 'nvidia-cudnn-cu13']],
  ['libnvinfer', ['tensorrt-cu12', 'tensorrt-cu13']],
  ['libnvinfer_plugin', ['tensorrt-cu12', 'tensorrt-cu13']],
  ['libnvonnxparser', ['tensorrt-cu12', 'tensorrt-cu13']],
]);

/** The steps in the order in which they are done; none where nothing is to do. */
export function adviceFor(findings: Findings): readonly Advice[] {
  const { machine, ort, folder, providers } = findings;
  if (!ort) {
    const found = folder === undefined ? 'onnxruntime-node is not installed' : `${folder} holds no onnxruntime-node`;
    const skip = 'npm install --onnxruntime-node-install=skip onnxruntime-node';
    return [
      { what: `${found}; where its download of CUDA fails: ${skip}`, commands: ['npm install onnxruntime-node'] },
    ];
  }
  const steps: Advice[] = [];
  if (machine.glibc !== undefined && ort.glibc !== undefined && compareVersions(machine.glibc, ort.glibc) < 0) {
    const what = `onnxruntime-node ${ort.version} needs glibc ${ort.glibc}, and this system has ${machine.glibc}`;
    steps.push({ what: `${what}: use a newer system, or an older onnxruntime-node`, commands: [] });
  }
  if (machine.platform === 'linux' && machine.glibc === undefined) {
    steps.push({
      what: 'onnxruntime-node needs glibc; this system has another C library (Alpine has musl)',
      commands: [],
    });
  }
  const state = (name: Provider): ProviderState | undefined => providers.find(({ provider }) => provider === name);
  const cuda = state('cuda');
  if (cuda && !cuda.loads) steps.push(...cudaSteps(cuda, findings));
  const tensorrt = state('tensorrt');
  if (cuda?.loads && tensorrt?.libraries?.isInstalled && !tensorrt.loads) {
    steps.push(...librarySteps(tensorrt, 'for TensorRT'));
  }
  return steps;
}

function cudaSteps(cuda: ProviderState, { machine, graphics }: Findings): Advice[] {
  if (machine.platform !== 'linux' || machine.arch !== 'x64') {
    const other =
      machine.platform === 'win32'
        ? ' DirectML and WebGPU run on GPUs here.'
        : machine.platform === 'darwin'
          ? ' CoreML and WebGPU run on GPUs here.'
          : '';
    return [{ what: `onnxruntime-node has CUDA on Linux x64 only.${other}`, commands: [] }];
  }
  const steps: Advice[] = [];
  if (graphics.driver === undefined) {
    const what = 'no NVIDIA driver is loaded: install it on the host; a container is started with its GPUs';
    steps.push({ what, commands: ['docker run --gpus all ...', 'nvidia-smi'] });
  }
  if (!cuda.libraries?.isInstalled) {
    steps.push({
      what: 'the CUDA provider of ONNX Runtime is not installed',
      commands: ['dimwise doctor --fetch-cuda'],
    });
  } else {
    steps.push(...driverSteps(cuda, graphics));
    // cuDNN is loaded when the first session needs it, so that no library names it.
    const hasCudnn = graphics.libraries.some(({ name }) => name.startsWith('libcudnn.'));
    steps.push(...librarySteps(cuda, 'of CUDA and cuDNN', hasCudnn ? [] : ['libcudnn.so.9']));
  }
  return steps;
}

/** The driver must be as new as the CUDA that the provider is built for. */
function driverSteps({ libraries }: ProviderState, { driver, driverCuda }: Graphics): Advice[] {
  const wanted = isForCuda13(libraries?.needed ?? []) ? '13.0' : '12.0';
  if (driver === undefined || driverCuda === undefined || compareVersions(driverCuda, wanted) >= 0) return [];
  const what = `the driver ${driver} runs CUDA up to ${driverCuda}, and the provider needs ${wanted}: install a newer driver`;
  return [{ what, commands: [] }];
}

/** The libraries that are nowhere, and those that the loader does not find. */
function librarySteps({ libraries, reason }: ProviderState, which: string, also: readonly string[] = []): Advice[] {
  const needed = libraries?.needed ?? [];
  const steps: Advice[] = [];
  const unnamed = also.map((name) => ({ name, neededBy: '', path: undefined, isOnPath: false }));
  const packages = packagesFor([...needed, ...unnamed]);
  if (packages.length > 0) {
    steps.push({ what: `libraries ${which} are missing`, commands: [`python3 -m pip install ${packages.join(' ')}`] });
  }
  const folders = foldersOf(needed);
  if (packages.length > 0) {
    steps.push({
      what: 'the loader must find them',
      commands: [`export LD_LIBRARY_PATH=$(python3 -c "${FOLDERS_OF_PYTHON}"):$LD_LIBRARY_PATH`],
    });
  } else if (folders.length > 0) {
    const commands = [`export LD_LIBRARY_PATH=${folders.join(':')}:$LD_LIBRARY_PATH`];
    steps.push({ what: `libraries ${which} lie where the loader does not look`, commands });
  }
  if (steps.length === 0 && reason !== undefined) steps.push({ what: reason, commands: [] });
  return steps;
}

/** Prints the folders of all of NVIDIA's packages, as a path of the loader. */
const FOLDERS_OF_PYTHON =
  "import glob,site; print(':'.join(d for p in site.getsitepackages() for d in glob.glob(p+'/nvidia/*/lib')))";

/** The packages of Python for libraries that are nowhere; CUDA 13 where one of them is of it. */
export function packagesFor(needed: readonly NeededLibrary[]): readonly string[] {
  const isNew = isForCuda13(needed);
  const found = needed.flatMap(({ name, path }) => {
    const row = PACKAGES.get(name.replace(/\.so\..*$/, '').replace(/^libcudnn_.*/, 'libcudnn'));
    return path === undefined && row ? [row[isNew ? 1 : 0]] : [];
  });
  return [...new Set(found)];
}

const isForCuda13 = (needed: readonly NeededLibrary[]): boolean =>
  needed.some(({ name }) => /^lib(cudart|cublas|cublasLt|nvrtc)\.so\.13$/.test(name));
