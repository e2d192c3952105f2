"""Every price that a sum is made of says where it was found again, or the list says that it wasn't."""

import json

from bench.services import ROOT

LIST = json.loads((ROOT / "bench" / "prices.json").read_text(encoding="utf-8"))


def test_every_price_names_where_it_was_found_again() -> None:
    assert set(LIST["found_again"]) == set(LIST["prices"])
    assert all(places and all(places) for places in LIST["found_again"].values())


def test_no_claim_is_made_that_the_price_pages_were_read() -> None:
    assert "not fetched" in LIST["source"]
