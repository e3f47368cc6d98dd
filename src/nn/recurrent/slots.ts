// Where the node of a recurrent layer has its inputs: the sequence and its state, then six slots for each direction of each level.

/** The inputs behind the sequence, which is input 0. */
export const STATE = { lengths: 1, hidden: 2, cell: 3 } as const;

/** The first slot of weights. */
export const SLOTS = 4;

/** What a direction of a level has, by its place among its slots. */
export const SLOT = {
  weightInput: 0,
  weightHidden: 1,
  biasInput: 2,
  biasHidden: 3,
  peephole: 4,
  projection: 5,
} as const;

const PER_DIRECTION = Object.keys(SLOT).length;

/** One direction of one level. */
export interface DirectionSlot {
  readonly level: number;
  /** 0 forward, 1 backward. */
  readonly direction: number;
  /** The index of its first input. */
  readonly first: number;
}

/** The directions of all levels, level by level, as states and weights are ordered. */
export function directionSlots(levels: number, directions: number): readonly DirectionSlot[] {
  return Array.from({ length: levels * directions }, (_, i) => ({
    level: Math.floor(i / directions),
    direction: i % directions,
    first: SLOTS + i * PER_DIRECTION,
  }));
}
