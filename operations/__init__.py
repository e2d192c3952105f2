"""What an operator runs from their own machine against a deployed stage, such as `make doctor STAGE=dev`."""

import sys
from pathlib import Path

_LAMBDAS = str(Path(__file__).resolve().parents[1] / "lambdas")
if _LAMBDAS not in sys.path:  # what a record or a reason is, the functions' own packages say
    sys.path.append(_LAMBDAS)
