// What console.log shows of a layer: its kind, its parameters, and the layers inside of it.

/** What is shown of a layer. */
export interface ShownLayer {
  readonly kind: string;
  readonly label: string | undefined;
  /** Parameters by local name. */
  readonly parameters: Readonly<Record<string, { readonly sizes: string }>>;
  /** The layers inside, by their path segments. */
  readonly children: readonly (readonly [segment: string, layer: ShownLayer])[];
}

/** The text of a layer: `dense weight(256, ?) bias(256)`, and a line for each layer inside, indented by two. */
export function layerText(layer: ShownLayer, indent = ''): string {
  const { kind, label, parameters, children } = layer;
  const own = Object.entries(parameters).map(([name, { sizes }]) => ` ${name}${sizes}`);
  const first = `${label !== undefined && indent === '' ? `${label} ` : ''}${kind}${own.join('')}`;
  const inner = `${indent}  `;
  return [first, ...children.map(([segment, child]) => `${inner}${segment} ${layerText(child, inner)}`)].join('\n');
}
