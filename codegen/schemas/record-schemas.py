"""Records the operator schemas of the Python packages onnx and onnxruntime as TypeScript data under src/ops/schemas.

Usage: python codegen/schemas/record-schemas.py [--check]

Needs onnx==1.23.1 and onnxruntime==1.30.*. Only facts are recorded (names, types, counts, defaults); the documentation texts are not.
The layout of a row is described in src/ops/schemas/README.md and decoded by src/ops/decode-schema.ts.
"""

import json
import pathlib
import sys

import numpy
import onnx
from onnx import AttributeProto, defs
from runtime_schemas import RELEASE, runtime_schemas

VERSION = "1.23.1"
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src" / "ops" / "schemas"
# One module per group of domains; each domain becomes one exported record.
MODULES = {
    "ai-onnx": {"": "AI_ONNX"},
    "ai-onnx-ml": {"ai.onnx.ml": "AI_ONNX_ML"},
    "ai-onnx-preview": {
        "ai.onnx.preview": "AI_ONNX_PREVIEW",
        "ai.onnx.preview.training": "AI_ONNX_PREVIEW_TRAINING",
    },
}
# What ONNX Runtime has beside them.
RUNTIME_MODULES = {
    "com-microsoft": {"com.microsoft": "COM_MICROSOFT", "com.microsoft.nchwc": "COM_MICROSOFT_NCHWC"},
    "runtime-ai-onnx": {"": "RUNTIME_AI_ONNX"},
}
ONNX_SOURCE = f"onnx {VERSION} (https://github.com/onnx/onnx, Apache-2.0)"
RUNTIME_SOURCE = f"ONNX Runtime {RELEASE} (https://github.com/microsoft/onnxruntime, MIT)"
KINDS = {
    "FLOAT": "f", "FLOATS": "F", "INT": "i", "INTS": "I", "STRING": "s", "STRINGS": "S", "TENSOR": "t", "TENSORS": "T",
    "GRAPH": "g", "GRAPHS": "G", "SPARSE_TENSOR": "p", "SPARSE_TENSORS": "P", "TYPE_PROTO": "y", "TYPE_PROTOS": "Y",
}  # fmt: skip
INFINITE = 2**31 - 1


def float_value(value):
    """The shortest decimal number that rounds to the same float32."""
    return float(str(numpy.float32(value)))


def int_value(value):
    """An integer; as text where a JavaScript number could not hold it exactly."""
    return value if abs(value) < 2**53 else str(value)


def default_value(proto):
    """The default of an attribute as JSON, or None where there is none."""
    if proto.type == AttributeProto.UNDEFINED:
        return None
    return {
        AttributeProto.FLOAT: lambda: float_value(proto.f),
        AttributeProto.INT: lambda: int_value(proto.i),
        AttributeProto.STRING: lambda: proto.s.decode(),
        AttributeProto.FLOATS: lambda: [float_value(value) for value in proto.floats],
        AttributeProto.INTS: lambda: [int_value(value) for value in proto.ints],
        AttributeProto.STRINGS: lambda: [value.decode() for value in proto.strings],
    }[proto.type]()


def attribute_row(attribute):
    """`[name, kind]`, `[name, kind!]` where required, `[name, kind, default]` where it has a default."""
    row = [attribute.name, KINDS[attribute.type.name] + ("!" if attribute.required else "")]
    default = default_value(attribute.default_value)
    return row if default is None else [*row, default]


def parameter_text(parameter):
    """`name:type`, with `?` where optional, `*MIN` where variadic, `~MIN` where variadic of mixed types."""
    option = parameter.option.name
    suffix = "?" if option == "Optional" else ""
    if option == "Variadic":
        suffix = f"{'*' if parameter.is_homogeneous else '~'}{parameter.min_arity}"
    text = f"{parameter.name}:{parameter.type_str}"
    assert not set(text) & set(",?*~") and text.count(":") == 1, text
    return text + suffix


def derived_counts(parameters):
    """The least and the greatest count that the list of formal parameters implies."""
    least = most = 0
    for parameter in parameters:
        option = parameter.option.name
        if option == "Variadic":
            least = most + parameter.min_arity if parameter.min_arity else least
            most = INFINITE
        else:
            most += 1
            least = most if option == "Single" else least
    return [least, most]


class TypeLists:
    """Interns the lists of allowed types; a list is kept in the order of the type strings."""

    def __init__(self, *groups):
        self.types, self.lists = [], []
        self.index, self.position = {}, {}
        # A later group comes behind the earlier ones, so that recording it again leaves theirs alone.
        for schemas in groups:
            rows = [row for schema in schemas for row in schema.type_constraints]
            self.types += sorted({text for row in rows for text in row.allowed_type_strs} - set(self.types))
            self.index = {text: position for position, text in enumerate(self.types)}
            self.lists += sorted({self.key(row) for row in rows} - set(self.lists))
            self.position = {key: position for position, key in enumerate(self.lists)}

    def key(self, row):
        return tuple(sorted(self.index[text] for text in row.allowed_type_strs))

    def constraints_text(self, schema):
        """`T:3,T1:7`: each type variable with the position of its list."""
        return ",".join(f"{row.type_param_str}:{self.position[self.key(row)]}" for row in schema.type_constraints)


def operator_rows(versions, lists):
    """The rows of one operator, oldest first; 0 stands for "as in the version before"."""
    rows, before = [], [None] * 4
    for schema in sorted(versions, key=lambda each: each.since_version):
        flags = (1 if schema.deprecated else 0) | (2 if schema.has_function or schema.has_context_dependent_function else 0)
        parts = [
            ",".join(map(parameter_text, schema.inputs)),
            ",".join(map(parameter_text, schema.outputs)),
            [attribute_row(schema.attributes[name]) for name in sorted(schema.attributes)],
            lists.constraints_text(schema),
        ]
        row = [schema.since_version, flags, *[0 if part == old else part for part, old in zip(parts, before)]]
        counts = [schema.min_input, schema.max_input, schema.min_output, schema.max_output]
        if counts != derived_counts(schema.inputs) + derived_counts(schema.outputs):
            row.append([None if count == INFINITE else count for count in counts])
        rows.append(row)
        before = parts
    return rows


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


def header(job, source):
    return f"// {job}\n// Generated by codegen/schemas/record-schemas.py from {source}; do not edit.\n\n"


def types_module(lists):
    lines = [
        header("The type strings that operators allow, and the distinct lists of them.", f"{ONNX_SOURCE} and {RUNTIME_SOURCE}"),
        "/** Every type string, in the order that the lists count in. */\n",
        "export const TYPE_STRINGS: readonly string[] = [\n",
        *[f"  {quoted(text)},\n" for text in lists.types],
        "];\n\n/** Every distinct list of allowed types: positions in TYPE_STRINGS. */\n",
        "export const TYPE_LISTS: readonly string[] = [\n",
        *[f"  '{' '.join(map(str, key))}',\n" for key in lists.lists],
        "];\n",
    ]
    return "".join(lines)


def domain_module(domains, by_operator, lists, source):
    label = " and ".join(domain or "ai.onnx" for domain in domains)
    whose = " that ONNX Runtime adds" if source == RUNTIME_SOURCE and "" in domains else ""
    parts = [header(f"The operator schemas of {label}{whose}, one line per operator.", source)]
    for domain, constant in domains.items():
        names = sorted(name for owner, name in by_operator if owner == domain)
        parts.append(f"/** The versions of each operator of {domain or 'ai.onnx'}{whose}, as JSON. */\n")
        parts.append(f"export const {constant}: Readonly<Record<string, string>> = {{\n")
        parts.extend(f"  {name}: {quoted(compact(operator_rows(by_operator[domain, name], lists)))},\n" for name in names)
        parts.append("};\n\n")
    return "".join(parts).rstrip("\n") + "\n"


def grouped(schemas, modules):
    """The schemas by domain and name; every domain has its module."""
    by_operator = {}
    for schema in schemas:
        by_operator.setdefault((schema.domain, schema.name), []).append(schema)
    recorded = {domain for domains in modules.values() for domain in domains}
    assert {domain for domain, _ in by_operator} == recorded, "a domain has no module"
    return by_operator


def generated_files():
    standard = defs.get_all_schemas_with_history()
    added = runtime_schemas(standard)
    lists = TypeLists(standard, added)
    files = {"types": types_module(lists)}
    for schemas, modules, source in ((standard, MODULES, ONNX_SOURCE), (added, RUNTIME_MODULES, RUNTIME_SOURCE)):
        by_operator = grouped(schemas, modules)
        for name, domains in modules.items():
            files[name] = domain_module(domains, by_operator, lists, source)
    return {FOLDER / f"{name}.gen.ts": text for name, text in files.items()}


def main():
    if onnx.__version__ != VERSION:
        sys.exit(f"needs onnx {VERSION}, found {onnx.__version__}")
    differing = []
    for path, text in generated_files().items():
        if path.exists() and path.read_text() == text:
            continue
        differing.append(path.name)
        if "--check" not in sys.argv:
            path.write_text(text)
    print("differs:" if "--check" in sys.argv else "written:", ", ".join(differing) or "none")
    sys.exit(1 if differing and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
