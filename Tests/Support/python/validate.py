"""Holds JSON documents, one a line on standard input, against the schema in the file that the argument names. Prints what does not hold; then ends with 1."""

import json
import sys

import jsonschema

with open(sys.argv[1]) as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
problems = [
    f"line {number}: {error.json_path}: {error.message[:300]}"
    for number, line in enumerate(sys.stdin, 1)
    for error in validator.iter_errors(json.loads(line))
]
print("\n".join(problems))
sys.exit(1 if problems else 0)
