// The sizes of Llama with 7 billion parameters (Touvron et al. 2023, table 2; 6,738,415,616 parameters at 32 layers).

/** Every size but the number of layers. */
export const LLAMA_7B = { vocabulary: 32_000, width: 4096, heads: 32, kvHeads: 32, hidden: 11_008 } as const;
