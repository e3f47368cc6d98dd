// What the examples share when they are run: whether they are, and tables.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Batch, type DefinedModel, formatType, type LayerShape, layerShapes } from 'dimwise';

/** Tells whether a module is the script that was started, not one that was imported. */
export function isScript(url: string): boolean {
  const [, started] = process.argv;
  try {
    // Links, and on Windows the case of letters, name one file in several ways.
    return started !== undefined && realpathSync.native(started) === realpathSync.native(fileURLToPath(url));
  } catch {
    return false;
  }
}

/** Rows as text, each column as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const line = (row: readonly string[]): string => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return rows.map((row) => `  ${line(row).trimEnd()}`).join('\n');
}

/** The layers of a model with the shape that each gives. */
export function shapeTable(layers: readonly LayerShape[]): string {
  return table(layers.map(({ path, kind, type }) => [path, kind, formatType(type)]));
}

/** Prints what each layer of a model gives for a batch, or as its inputs are declared, and how many parameters there are. */
export function showLayers(net: DefinedModel, batch?: Batch): void {
  const bound = net.bind(batch);
  console.log(`${net.name}:\n`);
  console.log(shapeTable(layerShapes(bound)));
  console.log(`\n${trainedCount(net)} trained parameters.`);
}

/** How many numbers training would settle, each shared parameter counted once. */
export function trainedCount(net: DefinedModel): number {
  const trained = [...net.parameters().values()].filter((cell) => cell.trainable);
  return trained.reduce((sum, cell) => sum + (cell.size ?? 0), 0);
}
