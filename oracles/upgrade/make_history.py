"""Writes test/fixtures/upgrade/history.json: each ai.onnx operator with the opsets that changed it, as the onnx package lists them.

    pip install onnx==1.23.2
    python oracles/upgrade/make_history.py
"""

import json
from collections import defaultdict
from pathlib import Path

from onnx import defs

versions = defaultdict(list)
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "":
        versions[schema.name].append(schema.since_version)

lines = [f"  {json.dumps(op)}: {json.dumps(sorted(versions[op]))}" for op in sorted(versions)]
path = Path(__file__).parents[2] / "test" / "fixtures" / "upgrade" / "history.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
