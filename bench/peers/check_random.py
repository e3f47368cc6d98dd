"""Compares what dimwise claims of random graphs with the checker and the shape inference of onnx: python check_random.py DIR.

The files are those that bench/soundness-models.ts writes. Ranks, element types and sizes that both know as numbers are compared.
"""

import collections
import json
import pathlib
import sys

import onnx
from onnx import TensorProto, shape_inference

NAMES = {
    "float32": "FLOAT", "float64": "DOUBLE", "float16": "FLOAT16", "bfloat16": "BFLOAT16", "bool": "BOOL", "string": "STRING",
}  # fmt: skip

refused: collections.Counter[str] = collections.Counter()
differ: list[str] = []
alone: list[str] = []
models = values = sizes = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    claims = json.loads(path.with_suffix(".json").read_text())
    model = onnx.load(path)
    # A graph needs outputs for the checker; which ones says nothing of inner values.
    model.graph.output.extend([onnx.ValueInfoProto(name=name) for name in model.graph.node[-1].output if name][:1])
    models += 1
    try:
        inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    except Exception as error:  # noqa: BLE001: the message is the result
        refused[str(error).strip().splitlines()[-1][:150]] += 1
        continue
    for info in [*inferred.graph.value_info, *inferred.graph.output]:
        claim = claims.get(info.name)
        if claim is None or not info.type.HasField("tensor_type"):
            continue
        values += 1
        theirs = info.type.tensor_type
        place = f"{path.stem} {info.name} ({claim['op']})"
        name = TensorProto.DataType.Name(theirs.elem_type)
        ours = NAMES.get(claim["dtype"], claim["dtype"].upper())
        if theirs.elem_type and ours not in (name, "UNDEFINED"):
            differ.append(f"{place}: {name}, dimwise {ours}")
        if claim["shape"] is None or not theirs.HasField("shape"):
            if claim["shape"] is None and theirs.HasField("shape"):
                alone.append(f"{place}: rank {len(theirs.shape.dim)}")
            continue
        if len(theirs.shape.dim) != len(claim["shape"]):
            differ.append(f"{place}: rank {len(theirs.shape.dim)}, dimwise {claim['shape']}")
            continue
        for axis, dim in enumerate(theirs.shape.dim):
            size = claim["shape"][axis]
            if not dim.HasField("dim_value"):
                continue
            sizes += 1
            if not size.lstrip("-").isdigit():
                alone.append(f"{place} axis {axis}: {dim.dim_value}, dimwise {size}")
            elif int(size) != dim.dim_value:
                differ.append(f"{place} axis {axis}: {dim.dim_value}, dimwise {size}")

print(f"onnx {onnx.__version__}: {models} models, {values} values, {sizes} sizes known to onnx as numbers")
print(f"{sum(refused.values())} models refused by onnx, {len(differ)} values differ, {len(alone)} known to onnx alone")
for title, texts in (("differ", differ), ("known to onnx alone", alone)):
    for text in texts:
        print(f"  {title}: {text}")
for text, count in refused.most_common(30):
    print(f"  {count} x {text}")
