"""Draws samples and initializes lazy modules with PyTorch; prints milliseconds of the wall and of all processors as JSON."""

import json
import sys
import time
import warnings

import torch

warnings.filterwarnings('ignore')
torch.set_num_threads(int(sys.argv[1]))
COUNT = 2**24


def measure(rounds, work):
    times = {'wall': [], 'processor': []}
    for round in range(-1, rounds):
        start, before = time.perf_counter(), time.process_time()
        work()
        wall, processor = time.perf_counter() - start, time.process_time() - before
        if round >= 0:
            times['wall'].append(1000 * wall)
            times['processor'].append(1000 * processor)
    return times


def layers(count, units):
    """Constructs lazy linear layers and lets each infer and fill its parameters, without the products of a forward pass."""
    net = torch.nn.Sequential(*[torch.nn.LazyLinear(units) for _ in range(count)])
    x = torch.zeros(2, units)
    for module in net:
        module._infer_parameters(module, (x,))


floats = torch.empty(COUNT)
print(json.dumps({
    'uniform': measure(5, lambda: floats.uniform_(-1, 1)),
    'normal': measure(5, lambda: floats.normal_()),
    'truncated': measure(3, lambda: torch.nn.init.trunc_normal_(floats)),
    'layers 24 of 2048': measure(3, lambda: layers(24, 2048)),
    'layers 1000 of 64': measure(5, lambda: layers(1000, 64)),
    'version': torch.__version__,
}))
