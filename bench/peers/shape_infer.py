# Infers one model with a peer and prints JSON: what a first call takes, what later ones take, what is resolved.
# Usage: python shape_infer.py onnx|symbolic FILE ROUNDS
import json, re, resource, sys, time
import onnx

ENGINE, FILE, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
FUNCTIONS = {"floor", "ceiling", "Max", "Min", "Mod", "max", "min"}
NAME = re.compile(r"[A-Za-z_][\w.]*")


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def engine():
    if ENGINE == "onnx":
        from onnx import shape_inference
        return onnx.__version__, lambda model: shape_inference.infer_shapes(model, data_prop=True)
    import onnxruntime
    from onnxruntime.tools.symbolic_shape_infer import SymbolicShapeInference
    return onnxruntime.__version__, lambda model: SymbolicShapeInference.infer_shapes(model, auto_merge=True)


def resolved(model):
    """Values whose rank and sizes are all numbers or expressions of the inputs' symbols."""
    known = {dim.dim_param for value in model.graph.input for dim in value.type.tensor_type.shape.dim if dim.HasField("dim_param")}
    known |= {name for text in known for name in NAME.findall(text)}
    told = {value.name: value.type.tensor_type for value in (*model.graph.value_info, *model.graph.output)}

    def settles(dim):
        return dim.HasField("dim_value") or (dim.HasField("dim_param") and all(name in known for name in set(NAME.findall(dim.dim_param)) - FUNCTIONS))

    names = [name for node in model.graph.node for name in node.output if name]
    found = [name for name in names if name in told and told[name].HasField("shape") and all(map(settles, told[name].shape.dim))]
    return len(names), len(found)


def from_bytes(data):
    """The C++ engine alone, without what Python spends on its messages; it parses and writes bytes itself."""
    import onnx.onnx_cpp2py_export.shape_inference as core
    begin = time.perf_counter()
    core.infer_shapes(data, False, False, True)
    return 1000 * (time.perf_counter() - begin)


def timed(call):
    used, begin = time.process_time(), time.perf_counter()
    result = call()
    return 1000 * (time.perf_counter() - begin), 1000 * (time.process_time() - used), result


version, infer = engine()
data = open(FILE, "rb").read()
model = onnx.ModelProto.FromString(data)
before = peak()
cold, cold_cpu, result = timed(lambda: infer(model))
times, cpu, whole, bare = [], [], [], []
for _ in range(ROUNDS):
    wall, used, result = timed(lambda: infer(model))
    times.append(wall)
    cpu.append(used)
    whole.append(timed(lambda: infer(onnx.ModelProto.FromString(data)))[0])
    if ENGINE == "onnx":
        bare.append(from_bytes(data))
values, found = resolved(result)
print(json.dumps({"cold": cold, "coldCpu": cold_cpu, "infer": times, "cpu": cpu, "whole": whole, "bytes": bare, "values": values, "resolved": found, "peakBefore": before,
                  "peak": peak(), "version": version}))
