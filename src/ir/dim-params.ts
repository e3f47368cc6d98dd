// Decides which `dim_param` texts are expressions and which are only names.
import { isDimwiseError } from '../base/errors.ts';
import { type Dim, symbol, symbolsOf } from '../dim/dim.ts';
import { parseDim } from '../dim/text.ts';

const IDENTIFIER = /^[A-Za-z_]\w*$/;

/**
 * Reads sizes of files and texts that other tools may have written. A text is an expression only if it parses and inputs declare
 * all its names as symbols; any other is an opaque name, because another tool may mean anything by it.
 */
export class DimParams {
  readonly #declared = new Set<string>();
  readonly #dims = new Map<string, Dim>();

  readonly #opaque: (name: string) => Dim;

  /**
   * @param texts the texts that stand in the types of the model's inputs
   * @param opaque the dim of a name that no input declares; a symbol of that name by default
   */
  constructor(texts: Iterable<string>, opaque: (name: string) => Dim = symbol) {
    this.#opaque = opaque;
    const all = new Set(texts);
    for (const text of all) if (IDENTIFIER.test(text)) this.#declared.add(text);
    // A text that is no expression over the identifiers is a name itself, and may stand in other expressions, quoted.
    for (const text of all) {
      if (this.#declared.has(text) || this.#expression(text)) continue;
      this.#declared.add(quotedName(text) ?? text);
    }
  }

  /** The dim of a text that is not empty. */
  dim(text: string): Dim {
    let dim = this.#dims.get(text);
    if (!dim) {
      dim = this.#declared.has(text) ? symbol(text) : (this.#expression(text) ?? this.#opaque(text));
      this.#dims.set(text, dim);
    }
    return dim;
  }

  #expression(text: string): Dim | undefined {
    try {
      const dim = parseDim(text);
      for (const { name } of symbolsOf(dim)) if (!this.#declared.has(name)) return undefined;
      return dim;
    } catch (error) {
      if (isDimwiseError(error)) return undefined;
      throw error;
    }
  }
}

/** The name inside of a text that is one quoted name; undefined for any other text. */
function quotedName(text: string): string | undefined {
  const name = /^"((?:[^"\\]|\\[^])*)"$/.exec(text)?.[1]?.replaceAll(/\\([^])/g, '$1');
  return name === '' ? undefined : name;
}
