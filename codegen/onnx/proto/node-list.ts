// The nodes of one graph or function on their way into a file: most of them as bytes, so that no message of each is kept.
import type { ByteWriter } from './byte-writer.ts';
import { MESSAGES } from './message-table.ts';
import type { NodeProto } from './messages.ts';
import { decodeMessage } from './read-message.ts';
import { writeSimpleNode } from './simple-node.ts';

/** About the bytes of one run. */
const RUN_BYTES = 1 << 16;
/** The field of a graph that holds its nodes. */
const GRAPH_NODE = 1;

/** Nodes that are written already, tag and length of each included. */
export class NodeRun {
  readonly bytes: Uint8Array;
  /** How many nodes there are. */
  readonly count: number;

  constructor(bytes: Uint8Array, count: number) {
    this.bytes = bytes;
    this.count = count;
  }
}

/** Nodes in their order; one that a simple writer cannot write stays a message. */
export class NodeList {
  readonly #items: (NodeProto | NodeRun)[] = [];
  readonly #writer: ByteWriter;
  readonly #field: number;
  #count = 0;

  /**
   * @param writer where nodes are written, and nothing else between the first node and `items`
   * @param field the number of the field that holds the nodes; that of a graph by default
   */
  constructor(writer: ByteWriter, field = GRAPH_NODE) {
    this.#writer = writer;
    this.#field = field;
  }

  /**
   * Adds a node.
   *
   * @param asMessage whether it is left as it is in any case
   */
  add(node: NodeProto, asMessage = false): void {
    if (!asMessage && writeSimpleNode(this.#writer, this.#field, node)) {
      this.#count++;
      if (this.#writer.length >= RUN_BYTES) this.#endRun();
      return;
    }
    this.#endRun();
    this.#items.push(node);
  }

  /** All nodes: runs of them, and messages that are still to be written. */
  get items(): readonly (NodeProto | NodeRun)[] {
    this.#endRun();
    return this.#items;
  }

  /** The nodes of a graph as messages, those of the runs as they would be read. */
  messages(): NodeProto[] {
    return this.items.flatMap((item) =>
      item instanceof NodeRun ? (decodeMessage(MESSAGES.graph, item.bytes).node ?? []) : item,
    );
  }

  #endRun(): void {
    if (this.#count === 0) return;
    this.#items.push(new NodeRun(this.#writer.take(), this.#count));
    this.#count = 0;
  }
}
