// The contract in a model's metadata, and the symbols that it declares.
import { symbolsOf } from '../../src/dim/dim.ts';
import { parseDim } from '../../src/dim/text.ts';
import { CONTRACT_KEY, type Contract, contractFromJson } from '../../src/ir/contract.ts';
import type { ModelProto, ValueInfoProto } from './proto/messages.ts';
import { dimParamsOf } from './read-type.ts';

/**
 * The contract that was saved in a model's metadata; undefined where none was.
 *
 * @throws FILE_FORMAT when it cannot be read
 */
export function contractIn({ metadataProps = [] }: ModelProto): Contract | undefined {
  const text = metadataProps.findLast(({ key }) => key === CONTRACT_KEY)?.value;
  return text === undefined ? undefined : contractFromJson(text);
}

/** Names that the saved contract uses in a size of an input just as the file does: `n` of `2*n`, where no axis is `n` alone. */
export function promisedSymbols(contract: Contract | undefined, inputs: readonly ValueInfoProto[]): string[] {
  if (!contract) return [];
  const written = new Set(inputs.flatMap(({ type }) => (type ? [...dimParamsOf(type)] : [])));
  const promised = Object.values(contract.inputs).flatMap(({ shape }) => shape ?? []);
  const known = new Set(Object.keys(contract.symbols));
  const names = promised.flatMap((size) =>
    typeof size === 'string' && size !== '?' && written.has(size)
      ? Array.from(symbolsOf(parseDim(size)), ({ name }) => name)
      : [],
  );
  return names.filter((name) => known.has(name));
}
