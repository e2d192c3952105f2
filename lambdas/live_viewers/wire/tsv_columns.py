"""The columns of the Snowplow enriched event, and where each stands once a TSV line is split.

The Analytics SDK is the authority for the columns: their places come from its field list.
"""

import warnings

with warnings.catch_warnings():
    # Python 3.12+ warns of invalid escapes in the SDK's regular expressions at each compilation, i.e. cold start.
    warnings.simplefilter("ignore", SyntaxWarning)
    from snowplow_analytics_sdk.event_transformer import ENRICHED_EVENT_FIELD_TYPES

COLUMN = {name: index for index, (name, _) in enumerate(ENRICHED_EVENT_FIELD_TYPES)}
COLUMN_COUNT = len(ENRICHED_EVENT_FIELD_TYPES)

# The columns from the e-commerce transaction's to the document's and the campaign's stay together: of a
# self-describing event they tell of the browser and the device alone, so nearly all events of a viewer share them.
MIDDLE = COLUMN["tr_orderid"]
"""How many columns stand before the middle, and its own place among what a line is split into."""
_MIDDLE_END = COLUMN["dvce_sent_tstamp"]
AFTER_MIDDLE = COLUMN_COUNT - _MIDDLE_END
IN_MIDDLE = {name: index - MIDDLE for name, index in COLUMN.items() if MIDDLE <= index < _MIDDLE_END}
PLACES = {
    name: index if index < MIDDLE else index - len(IN_MIDDLE) + 1
    for name, index in COLUMN.items()
    if name not in IN_MIDDLE
}
PIECES = COLUMN_COUNT - len(IN_MIDDLE) + 1
