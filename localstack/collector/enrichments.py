"""What Enrich's enrichments add to an event: the client by its User-Agent, the place by its address."""

from dataclasses import replace

from collector.enriched_event import EnrichedEvent
from collector.example_addresses import place_of
from collector.self_describing import wrapped
from collector.user_agent import client_of


def with_enrichments(event: EnrichedEvent) -> EnrichedEvent:
    """The event with device, operating system, browser, country and provider, as far as they are known."""
    columns = event.columns
    client = client_of(columns.get("useragent", ""))
    added = client.columns | place_of(columns.get("user_ipaddress", ""))
    if client.entities:
        added["derived_contexts"] = wrapped("contexts", list(client.entities))
    return replace(event, columns=columns | added)
