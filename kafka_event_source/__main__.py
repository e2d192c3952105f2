"""`python -m kafka_event_source`."""

import sys

from kafka_event_source.cli import main

sys.exit(main())
