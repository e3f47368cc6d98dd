// Where something came from: a layer path and the author's own source line, captured cheaply and read late.

/** A place in the author's source. */
export interface SourcePlace {
  /** A path or URL as the engine names it. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
}

/** Where a node, a parameter, a fact or a mistake came from. */
export interface Origin {
  /** The dotted layer path, `encoder.2.attention`, with the kind of the layer: `mlp.2 dense`. */
  readonly path?: string | undefined;
  /** A node, value or input of a file that has no source line: `node "Conv_3"`. */
  readonly what?: string | undefined;
  readonly site?: CallSite | undefined;
}

/** The folder at a path from this file; undefined where the file has no place of its own: in a classic script or a blob. */
function folderAt(path: string): string | undefined {
  try {
    return new URL(path, import.meta.url).href;
  } catch {
    return undefined;
  }
}

const OWN_FOLDER = folderAt('../../');
const BUILT_FOLDER = folderAt('./');
/** Folders of the package itself whose frames are skipped; in the built package everything lies in one folder. */
const OWN_PARTS = [
  ...(OWN_FOLDER ? ['src/', 'passes/', 'codegen/', 'dist/'].map((part) => OWN_FOLDER + part) : []),
  ...(BUILT_FOLDER ? [BUILT_FOLDER] : []),
];

let capturing = true;

/** Switches the capture of call sites on or off for the whole process; a capture costs about 2 microseconds. */
export function setOriginCapture(on: boolean): void {
  capturing = on;
}

/** Finds the place in the author's source for a place in code that a loader made of it. */
export type PlaceMapper = (place: SourcePlace) => SourcePlace;

let mapPlace: PlaceMapper | undefined;

/** Sets how places are mapped, for the whole process, and returns the mapper before; the loader of model files sets one. */
export function setPlaceMapper(mapper: PlaceMapper | undefined): PlaceMapper | undefined {
  const before = mapPlace;
  mapPlace = mapper;
  return before;
}

/** A captured call stack; the author's own frame is found when it is asked for. */
export class CallSite {
  readonly #holder: { stack?: string };
  #place: SourcePlace | undefined | null = null;

  constructor(holder: { stack?: string }) {
    this.#holder = holder;
  }

  /** The innermost frame outside dimwise and node, or undefined where the engine gave none. */
  get place(): SourcePlace | undefined {
    if (this.#place === null) {
      const frame = authorFrame(this.#holder.stack ?? '');
      this.#place = frame && mapPlace ? mapPlace(frame) : frame;
    }
    return this.#place;
  }
}

/** Captures the current call stack; undefined while capture is off. */
export function captureSite(): CallSite | undefined {
  if (!capturing) return undefined;
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 24;
  Error.captureStackTrace(holder, captureSite);
  Error.stackTraceLimit = limit;
  return new CallSite(holder);
}

function authorFrame(stack: string): SourcePlace | undefined {
  for (const text of stack.split('\n').slice(1)) {
    const match = /(?:^|[\s(])((?:file:\/\/|\/|[A-Za-z]:\\|https?:\/\/)[^()]*):(\d+):(\d+)\)?$/.exec(text);
    if (!match?.[1]) continue;
    const file = match[1];
    if (isOwnFile(file)) continue;
    return { file, line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

function isOwnFile(file: string): boolean {
  const url = file.includes('://') ? file : `file://${file}`;
  if (url.includes('/node_modules/')) return true;
  return OWN_PARTS.some((part) => url.startsWith(part));
}

/** Shortens a frame's file to a path relative to `base` where it lies below it. */
let relativeTo = typeof process === 'undefined' ? '' : `${process.cwd()}/`;

/** Sets the folder against which source files are printed; the current directory is the default. */
export function setOriginBase(folder: string): void {
  relativeTo = folder.endsWith('/') ? folder : `${folder}/`;
}

/** The text of a place: `examples/mlp.ts:14:9`. */
export function formatPlace(place: SourcePlace): string {
  const path = place.file.startsWith('file://') ? decodeURIComponent(place.file.slice('file://'.length)) : place.file;
  const short = relativeTo && path.startsWith(relativeTo) ? path.slice(relativeTo.length) : path;
  return `${short}:${place.line}:${place.column}`;
}

/** The text of an origin, `mlp.2 dense (examples/mlp.ts:14:9)`; empty where nothing is known. */
export function formatOrigin(origin: Origin | undefined): string {
  const name = [origin?.path, origin?.what].filter(Boolean).join(', ');
  const place = origin?.site?.place;
  if (!place) return name;
  return name ? `${name} (${formatPlace(place)})` : formatPlace(place);
}
