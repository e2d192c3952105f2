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
"""How many columns stand before the middle: after so many tabs the rest of a line is split from its end."""
_AFTER_MIDDLE = COLUMN["dvce_sent_tstamp"]
BACK_COUNT = COLUMN_COUNT - _AFTER_MIDDLE
IN_MIDDLE = {name: index - MIDDLE for name, index in COLUMN.items() if MIDDLE <= index < _AFTER_MIDDLE}
IN_BACK = {name: index - _AFTER_MIDDLE + 1 for name, index in COLUMN.items() if index >= _AFTER_MIDDLE}
"""The places in what the rest is split into; the first is the middle's."""
