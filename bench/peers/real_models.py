"""Judges what dimwise writes of real models with the onnx package, and times the peers' shape inference: python real_models.py FILES...

Each argument is `BEFORE=AFTER`. Prints one JSON object a line: whether the messages are equal, whether the checker takes the copy, and
the milliseconds of the first call of onnx.shape_inference (C++, with data propagation) and of ONNX Runtime's symbolic_shape_infer.
"""

import json
import sys
import time

import onnx
from onnx import shape_inference
from onnxruntime.tools.symbolic_shape_infer import SymbolicShapeInference


def timed(call):
    begin = time.perf_counter()
    try:
        call()
    except Exception as error:  # noqa: BLE001: that it fails is the result
        return f"{type(error).__name__}"
    return round(1000 * (time.perf_counter() - begin))


for pair in sys.argv[1:]:
    before, after = pair.split("=")
    first, second = (onnx.load(path, load_external_data=False) for path in (before, after))
    print(
        json.dumps(
            {
                "file": before,
                "equal": first == second,
                "onnx": timed(lambda: shape_inference.infer_shapes(onnx.load(before), data_prop=True)),
                "symbolic": timed(lambda: SymbolicShapeInference.infer_shapes(onnx.load(before), auto_merge=True)),
            }
        ),
        flush=True,
    )
