"""Ad views: what was seen of each ad, as Snowplow's media package has it. One view is one ad in one ad break (or
in none) of one media session, however many events tell of it."""
