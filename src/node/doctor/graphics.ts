// Looks for NVIDIA's graphics: the driver, its GPUs, and the versions of CUDA and cuDNN that lie here.
import type { Machine } from './machine.ts';

/** One GPU. */
export interface Gpu {
  readonly name: string;
  /** Bytes. */
  readonly memory: number | undefined;
  /** The compute capability: `8.9`. */
  readonly capability: string | undefined;
}

/** A library of CUDA, cuDNN or TensorRT. */
export interface FoundVersion {
  readonly name: string;
  readonly path: string;
  /** By the name of the file: `12.8.90`; undefined where that has none. */
  readonly version: string | undefined;
  /** Whether the loader finds it there by itself. */
  readonly isOnPath: boolean;
}

/** What was found of NVIDIA's. */
export interface Graphics {
  /** The version of the driver; undefined where none is loaded. */
  readonly driver: string | undefined;
  /** The newest CUDA that the driver runs. */
  readonly driverCuda: string | undefined;
  readonly gpus: readonly Gpu[];
  readonly libraries: readonly FoundVersion[];
}

/** What the doctor looks for beside what a provider names; either release may serve. */
const LIBRARIES = [
  'libcuda.so.1',
  'libcudart.so.12',
  'libcudart.so.13',
  'libcublasLt.so.12',
  'libcublasLt.so.13',
  'libcudnn.so.9',
  'libnvinfer.so.10',
] as const;

const QUERY = ['--query-gpu=name,memory.total,compute_cap,driver_version', '--format=csv,noheader,nounits'];

/** Looks at this machine's graphics. */
export async function findGraphics(machine: Machine): Promise<Graphics> {
  const listed = await machine.run('nvidia-smi', QUERY);
  const rows = listed.code === 0 ? csvRows(listed.stdout) : [];
  const overview = rows.length > 0 ? await machine.run('nvidia-smi', []) : undefined;
  const [, driverCuda] = /CUDA Version:\s*(\d+\.\d+)/.exec(overview?.stdout ?? '') ?? [];
  const gpus = rows.map(([name = '', memory = '', capability = '']) => ({
    name,
    memory: /^\d+$/.test(memory) ? Number(memory) * 2 ** 20 : undefined,
    capability: /^\d+\.\d+$/.test(capability) ? capability : undefined,
  }));
  return { driver: rows[0]?.[3] ?? kernelDriver(machine), driverCuda, gpus, libraries: librariesOf(machine) };
}

const csvRows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim()));

/** The driver in the kernel, which is there without its programs in some containers. */
function kernelDriver({ readText }: Machine): string | undefined {
  const text = readText('/proc/driver/nvidia/version') ?? '';
  return /Kernel Module[^\n]*?\s(\d+(?:\.\d+)+)\s/.exec(text)?.[1];
}

function librariesOf({ finder, realPath }: Machine): FoundVersion[] {
  return LIBRARIES.flatMap((name) => {
    const found = finder?.find(name);
    if (!found) return [];
    const [, version] = /\.so\.(\d+(?:\.\d+)*)$/.exec(realPath(found.path)) ?? [];
    return [{ name, ...found, version }];
  });
}
