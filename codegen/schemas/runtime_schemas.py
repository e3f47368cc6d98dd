"""Reads the operator schemas that ONNX Runtime adds to those of onnx, in the form in which the package onnx gives its own.

Needs onnxruntime==1.30.*. The module that lists them is internal to ONNX Runtime and may move with a release.
"""

from dataclasses import dataclass
from types import SimpleNamespace

import onnxruntime
from onnx import AttributeProto
from onnxruntime.capi.onnxruntime_pybind11_state import get_all_operator_schema

RELEASE = "1.30"
# com.microsoft.nchwc is what sessions on the CPU write into convolutional models that they save.
MICROSOFT = ("com.microsoft", "com.microsoft.nchwc")


@dataclass(frozen=True)
class Parameter:
    """A formal parameter, named as the package onnx names its parts."""

    name: str
    type_str: str
    option: SimpleNamespace
    is_homogeneous: bool
    min_arity: int


def tail(value):
    """The last part of the name of an enumeration's member."""
    return SimpleNamespace(name=str(value).rsplit(".", 1)[-1])


def parameters(formals, least):
    """The parameters; the least count of a variadic one, which is not exposed, follows from that of all of them."""
    return [
        Parameter(
            name=formal.name,
            type_str=formal.typeStr,
            option=tail(formal.option),
            is_homogeneous=formal.isHomogeneous,
            min_arity=max(0, least - position) if tail(formal.option).name == "Variadic" else 1,
        )
        for position, formal in enumerate(formals)
    ]


def attribute(schema_attribute):
    return SimpleNamespace(
        name=schema_attribute.name,
        type=tail(schema_attribute.type),
        required=schema_attribute.required,
        default_value=AttributeProto.FromString(schema_attribute._default_value),
    )


def adapted(schema):
    """A schema of ONNX Runtime; it does not tell which operators have a function body."""
    return SimpleNamespace(
        domain=schema.domain,
        name=schema.name,
        since_version=schema.since_version,
        deprecated=schema.deprecated,
        has_function=False,
        has_context_dependent_function=False,
        inputs=parameters(schema.inputs, schema.min_input),
        outputs=parameters(schema.outputs, schema.min_output),
        attributes={name: attribute(each) for name, each in schema.attributes.items()},
        type_constraints=schema.type_constraints,
        min_input=schema.min_input,
        max_input=schema.max_input,
        min_output=schema.min_output,
        max_output=schema.max_output,
    )


def runtime_schemas(standard):
    """The schemas of the domains of com.microsoft, and those that ONNX Runtime adds to ai.onnx beside the versions of the package onnx."""
    if not onnxruntime.__version__.startswith(RELEASE + "."):
        raise SystemExit(f"needs onnxruntime {RELEASE}, found {onnxruntime.__version__}")
    known = {(schema.name, schema.since_version) for schema in standard if schema.domain == ""}
    return [
        adapted(schema)
        for schema in get_all_operator_schema()
        if schema.domain in MICROSOFT or (schema.domain == "" and (schema.name, schema.since_version) not in known)
    ]
