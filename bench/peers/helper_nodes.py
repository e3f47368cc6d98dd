"""Builds and serialises 100,000 nodes with onnx.helper: the peer of the task nodes-dimwise of codec-child.ts."""

import time

from onnx import helper

wall, processor = time.perf_counter(), time.process_time()
nodes = [helper.make_node("LeakyRelu", [f"v{i}"], [f"v{i + 1}"], name=f"node{i}", alpha=0.1) for i in range(100_000)]
content = helper.make_model(helper.make_graph(nodes, "g", [], [])).SerializeToString()
wall, processor = time.perf_counter() - wall, time.process_time() - processor
print(f"{wall:.2f} s, processor {processor:.2f} s, {len(content)} bytes")
