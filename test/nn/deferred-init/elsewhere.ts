// The behaviours of deferred initialization that no test here shows, each with the reason.

const GRADIENTS = 'dimwise emits models for inference; it has no gradients, optimizers or trainers yet';
const DEVICES =
  'parameters are recipes and bytes in memory; a device is chosen when a model runs, not where a parameter lives';
const UNBOUND =
  'a checkpoint holds tensors with data: unbound parameters are never written into one (D74), so that no unbound state can be read';

/** The reasons by the number of the behaviour. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  D26: GRADIENTS,
  D31: 'parameters share no memory: data is set and read as immutable tensors, so there is nothing to view or to alias',
  D35: 'deferring is always allowed: initialize() records what to do, and PARAM_DEFERRED (D25) names what still waits',
  D46: 'setData() counts as initialization, because loading must work without initialize() (D69); there is nothing to refuse',
  D54: GRADIENTS,
  D55: GRADIENTS,
  D56: GRADIENTS,
  D57: GRADIENTS,
  D58: GRADIENTS,
  D59: GRADIENTS,
  D60: GRADIENTS,
  D65: 'layers are shared by calling them, never by name, so that a name cannot be lacking',
  D68: 'layers keep no sizes of their own: the shape of the parameter is the only place, and D67 tests it',
  D76: UNBOUND,
  D77: UNBOUND,
  D82: DEVICES,
  D83: DEVICES,
};
