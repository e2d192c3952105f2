"""The CDK app's stack and its configuration.

Of the functions' package it reads the tables that both sides share (routes, settings, limits) and nothing else, so
that folder is put on the path here: `cdk` runs app.py with no path of its own.
"""

import sys
from pathlib import Path

_FUNCTIONS = str(Path(__file__).resolve().parents[1] / "lambdas")
if _FUNCTIONS not in sys.path:
    sys.path.append(_FUNCTIONS)
