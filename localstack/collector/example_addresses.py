"""Country and provider of example addresses, in place of the MaxMind databases that Enrich's ip_lookups reads.

Those need an account and a licence of their own. The addresses here are the ranges that RFC 5737 and RFC 3849
reserve for documentation, cut into one block a country and provider: nobody has them, so that a row of this table
can't be wrong about anybody. The simulator takes its viewers' addresses from it.
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


@dataclass(frozen=True)
class ExampleNetwork:
    """`country` is the ISO 3166-1 code that `geo_country` has, `provider` what `ip_isp` says."""

    network: IPv4Network | IPv6Network
    country: str
    provider: str


def _networks(text: str) -> tuple[ExampleNetwork, ...]:
    rows = (line.split(maxsplit=2) for line in text.strip().splitlines())
    return tuple(ExampleNetwork(ip_network(block), country, provider) for block, country, provider in rows)


EXAMPLE_NETWORKS = _networks("""
192.0.2.0/27       DE  Rhine Fibre
192.0.2.32/27      DE  Alster Mobile
192.0.2.64/27      GB  Severn Broadband
192.0.2.96/27      GB  Tyne Mobile
192.0.2.128/27     FR  Loire Fibre
192.0.2.160/27     FR  Garonne Mobile
192.0.2.192/27     ES  Ebro Fibre
192.0.2.224/27     ES  Tajo Mobile
198.51.100.0/27    US  Hudson Cable
198.51.100.32/27   US  Prairie Mobile
198.51.100.64/27   CA  Fraser Cable
198.51.100.96/27   CA  Yukon Mobile
198.51.100.128/27  BR  Iguazu Fibre
198.51.100.160/27  BR  Pampa Mobile
198.51.100.192/27  MX  Sonora Cable
198.51.100.224/27  MX  Chiapas Mobile
203.0.113.0/27     IN  Ganges Fibre
203.0.113.32/27    IN  Deccan Mobile
203.0.113.64/27    JP  Biwa Fibre
203.0.113.96/27    JP  Hokkai Mobile
203.0.113.128/27   AU  Murray Broadband
203.0.113.160/27   AU  Outback Mobile
203.0.113.192/27   ZA  Karoo Fibre
203.0.113.224/27   ZA  Limpopo Mobile
2001:db8:49::/48   DE  Rhine Fibre
2001:db8:44::/48   GB  Severn Broadband
2001:db8:33::/48   FR  Loire Fibre
2001:db8:1::/48    US  Hudson Cable
2001:db8:55::/48   BR  Iguazu Fibre
2001:db8:91::/48   IN  Ganges Fibre
2001:db8:81::/48   JP  Biwa Fibre
""")


@lru_cache(10_000)
def place_of(address: str) -> dict[str, str]:
    """`geo_country` and `ip_isp` of an address; neither for one outside the table, or for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return {}
    for row in EXAMPLE_NETWORKS:
        if found in row.network:
            return {"geo_country": row.country, "ip_isp": row.provider}
    return {}
