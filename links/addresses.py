"""Which addresses a program of ours may ask: public unicast ones, by a table of our own.

Python's `ipaddress` takes addresses apart here and gives no verdict: it calls some global that lead inside
(NAT64, 6to4, mapped and compatible addresses, metadata services).
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

# Never asked. What is not global unicast (2000::/3) is refused for version 6 in any case.
REFUSED = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared by a provider's customers",
    "127.0.0.0/8": "this machine",
    "168.63.129.16/32": "a cloud's own services",
    "169.254.0.0/16": "link-local, with the metadata of clouds",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "protocol assignments, with the metadata of a cloud",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "a sink for lost questions",
    "192.52.193.0/24": "multicast tunnels",
    "192.88.99.0/24": "relays into version 6",
    "192.168.0.0/16": "private",
    "192.175.48.0/24": "a sink for lost questions",
    "198.18.0.0/15": "benchmarks",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
    "::/96": "unspecified, this machine, version 4 inside",
    "::ffff:0:0/96": "version 4 inside",
    "64:ff9b::/96": "translated to version 4",
    "64:ff9b:1::/48": "translated to version 4, locally",
    "100::/64": "discarded",
    "2001::/23": "protocol assignments: Teredo, ORCHID, benchmarks",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4, version 4 inside",
    "2620:4f:8000::/48": "a sink for lost questions",
    "3fff::/20": "documentation",
    "5f00::/16": "segment routing",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
}
_NETWORKS = [ip_network(network) for network in REFUSED]
_GLOBAL = IPv6Network("2000::/3")

# Names that mean something inside a network, or nothing at all outside
_INSIDE = {
    *("localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "host"),
    *("arpa", "onion", "invalid", "test", "alt"),
}
_ADDRESS = re.compile(
    r"(?i)https://(?P<host>\[[0-9a-f:.]{2,45}\]|[^/?#@:\[\]]{1,253})(?::(?P<port>\d{0,5}))?(?P<rest>[/?#].*)?"
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_FOUR = re.compile(r"(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})")
_UNSEEN = re.compile(
    r"[\x00-\x20\x7f-\xa0\\\u00ad\u115f\u1160\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
)
LONGEST = 2_000


class NotAsked(Exception):
    """We do not ask there. The text says why, for people."""


class Place(NamedTuple):
    """Where an address leads: `host` is a name, or an IP address as text."""

    host: str
    path: str
    is_number: bool

    @property
    def authority(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def is_public(address: str, refused: Iterable[str] = ()) -> bool:
    """A public unicast address, and in none of `refused`, an operator's own networks. No name, no scope."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and (found.scope_id is not None or found not in _GLOBAL):
        return False
    networks = [*_NETWORKS, *(ip_network(network) for network in refused)]
    return not any(found.version == network.version and found in network for network in networks)


def place_of(address: str) -> Place:
    """Take an address apart. What is not plainly https to a host, on port 443, is refused."""
    if len(address) > LONGEST or _UNSEEN.search(address):
        raise NotAsked("The address has characters that do not belong in one")
    parts = _ADDRESS.fullmatch(address)
    if not parts:
        raise NotAsked("It is not a plain web address that begins with https://")
    if parts["port"] not in {None, "", "443"}:
        raise NotAsked("It names another port than that of https")
    path = (parts["rest"] or "").partition("#")[0]
    path = path if path.startswith("/") else f"/{path}"
    host = parts["host"]
    if host.startswith("["):
        return Place(_six(host[1:-1]), path, True)
    return _named(host, path)


def _six(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError as fault:
        raise NotAsked("It is not an address of a host") from fault


def _named(host: str, path: str) -> Place:
    try:
        name = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as fault:
        raise NotAsked("It is not a name of a host") from fault
    labels = name.split(".")
    if _FOUR.fullmatch(name):
        try:
            return Place(str(IPv4Address(name)), path, True)
        except ValueError as fault:
            raise NotAsked("It is not an address of a host") from fault
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise NotAsked("It is not a name of a host")
    # Some systems read 2130706433, 0x7f000001 or 0177.1 as an address
    if labels[-1][0].isdigit() or len(labels) == 1:
        raise NotAsked("It is not a full name of a host")
    if labels[-1] in _INSIDE:
        raise NotAsked("It is a name for inside a network")
    return Place(name, path, False)
