"""Holds edited models against the official checker and its strict inference: python check_edits.py DIR.

The files are those that bench/edits.ts writes; NAME.0.onnx is the model before the edits. What the checker says of that one too is not the
edit's doing.
"""

import pathlib
import sys

import onnx


def verdict(path: pathlib.Path) -> str:
    """What the checker says of a file; empty where it accepts it."""
    try:
        onnx.checker.check_model(str(path), full_check=True)
    except Exception as error:  # noqa: BLE001: the message is the result
        return str(error).strip().splitlines()[0][:200]
    return ""


accepted = refused = known = 0
for before in sorted(pathlib.Path(sys.argv[1]).glob("*.0.onnx")):
    name = before.name.removesuffix(".0.onnx")
    said = verdict(before)
    if said:
        print(f"{name}, not edited: {said}")
    for path in sorted(before.parent.glob(f"{name}.*.onnx")):
        if path == before:
            continue
        found = verdict(path)
        if not found:
            accepted += 1
        elif said:
            known += 1
        else:
            refused += 1
            print(f"{path.name}: {found}")
print(f"onnx {onnx.__version__}: {accepted} accepted, {refused} refused, {known} refused as the model before them")
sys.exit(1 if refused else 0)
