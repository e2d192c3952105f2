"""What a deployed stage is called and where it answers: `make outputs STAGE=dev`.

Prints the stack's outputs, a line each, or with `--json` as one object.
"""

import json
import sys

from botocore.exceptions import BotoCoreError, ClientError

from kafka_event_source.options import OptionParser
from operations.deployed_stage import OperationFailed, open_stage
from operations.options import stage_parser


def arguments() -> OptionParser:
    parser = stage_parser("operations.outputs", __doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object, for scripts")
    return parser


def main(given: list[str]) -> int:
    options = arguments().parse_args(given)
    try:
        outputs = dict(sorted(open_stage(options.stage).outputs.items()))
    except (OperationFailed, ClientError, BotoCoreError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(outputs, indent=2))
        return 0
    width = max(map(len, outputs), default=0)
    for name, value in {"output": "value", **outputs}.items():
        print(f"{name:<{width}}  {value}")  # whole, however narrow the terminal: they are copied
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
