"""How long a minute, an hour and a day are."""

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400

HOUR_MS = 3_600_000
