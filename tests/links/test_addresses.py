import pytest
from hypothesis import given
from hypothesis import strategies as st

from links.addresses import NotAsked, is_public, place_of

NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
    "127.1.2.3", "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1",
    "192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:0:10.0.0.1",
    "64:ff9b::10.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1",
    "2001:10::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::", "2002:a9fe:a9fe::",
    "2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "4000::1", "8000::1", "e000::1",
    "2606:4700::1%eth0",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
    "126.255.255.255", "128.0.0.1", "168.63.129.15", "168.63.129.17", "169.253.255.255",
    "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255", "192.169.0.0",
    "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
    "2001:4860:4860::8888", "2003::1",
]  # fmt: skip
NOT_ADDRESSES = [
    "",
    "1",
    "1.1",
    "0x7f.0.0.1",
    "017700000001",
    "2130706433",
    "1.1.1.1/32",
    "example.org",
    "1.1.1.1:80",
]

# What people, and those who mean harm, type. None of them is asked.
REFUSED = [
    *("http://example.org/", "HTTP://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/"),
    *("javascript:alert(1)", "data:text/html,x", "https:/example.org", "https:example.org", "//example.org/"),
    *("https://", "https:///", "https://?", "https://#", "", " ", "https://.", "https://..", "https://.example.org"),
    *("https://example.org:80/", "https://example.org:8443/", "https://example.org:0/", "https://example.org:22/"),
    *("https://example.org:6379/", "https://example.org:99999/", "https://example.org:443x/", "https://example.org:-1/"),
    *("https://user@example.org/", "https://user:pass@example.org/", "https://example.org@10.0.0.1/"),
    *("https://10.0.0.1@example.org/", "https://example.org:443@10.0.0.1/", "https://@example.org/"),
    *("https://example.org\\@10.0.0.1/", "https://example.org\\.evil.org/", "https:\\\\example.org/"),
    *("https://example.org /", " https://example.org/", "https://example.org/ x", "https://exa mple.org/"),
    *("https://example.org/\r\nHost: inside", "https://example.org/\nX: y", "https://example.org/\0", "https://exa\tmple.org/"),
    *("https://example.org/\u202egnp.exe", "https://exam\u200bple.org/", "https://example.org/\u00a0", "https://exam\u00adple.org/"),
    *("https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://a.localhost/", "https://db.internal/"),
    *("https://metadata.google.internal/", "https://printer.local/", "https://router.lan/", "https://nas.home/"),
    *("https://x.corp/", "https://x.intranet/", "https://x.private/", "https://x.test/", "https://x.invalid/"),
    *("https://x.onion/", "https://1.0.0.127.in-addr.arpa/", "https://postgres/", "https://redis/", "https://web/"),
    *("https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://0x7f.1/"),
    *("https://010.0.0.1/", "https://1.1.1.1.1/", "https://256.1.1.1/", "https://1.1.1/", "https://1.2.3.4.5/"),
    *("https://[::1", "https://::1/", "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[1.1.1.1]/"),
    *("https://[::1]x/", "https://[]/", "https://[g::1]/", "https://[::1]:80/", "https://[v1.x]/"),
    *("https://-example.org/", "https://example-.org/", "https://exa_mple.org/", "https://example..org/"),
    *("https://exam%70le.org/", "https://example.org%00.evil.org/", "https://%31%30.0.0.1/", "https://a,b.org/"),
    "https://" + "a" * 64 + ".org/",
    "https://" + "a." * 130 + "org/",
    "https://example.org/" + "a" * 2_000,
]  # fmt: skip
# These say plainly where they lead, and it is inside: the table refuses the number.
NUMBERS = [
    *("https://127.0.0.1/", "https://10.0.0.1:443/", "https://169.254.169.254/latest/", "https://192.168.1.1/x"),
    *("https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[fd00:ec2::254]/"),
    *("https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://0.0.0.0/", "https://[::]/"),
    # Letters of other scripts that become these digits and dots
    *("https://①②⑦.0.0.1/", "https://127。0。0。1/", "https://１２７.0.0.1/"),
]  # fmt: skip
ASKED = {
    "https://example.org": ("example.org", "/"),
    "https://EXAMPLE.org/A?b=c#d": ("example.org", "/A?b=c"),
    "https://example.org:443/": ("example.org", "/"),
    "https://example.org./x": ("example.org", "/x"),
    "https://example.org?x=1": ("example.org", "/?x=1"),
    "https://bücher.example.org/ü": ("xn--bcher-kva.example.org", "/ü"),
    "https://a-b.c.example.co.uk/~x/@y": ("a-b.c.example.co.uk", "/~x/@y"),
    "https://8.8.8.8/": ("8.8.8.8", "/"),
    "https://[2606:4700::1111]/": ("2606:4700::1111", "/"),
    "https://xn--bcher-kva.example.org/": ("xn--bcher-kva.example.org", "/"),
}


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_that_is_not_public_is_known(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_known(address):
    assert is_public(address)


@pytest.mark.parametrize("text", NOT_ADDRESSES)
def test_what_is_no_address_is_not_public(text):
    assert not is_public(text)


def test_networks_of_the_operator_are_refused():
    assert is_public("8.8.8.8", ["9.0.0.0/8"])
    assert not is_public("8.8.8.8", ["8.8.8.0/24"])
    assert not is_public("2606:4700::1", ["8.8.8.0/24", "2606:4700::/32"])


@pytest.mark.parametrize("address", REFUSED)
def test_hostile_address_is_not_asked(address):
    with pytest.raises(NotAsked):
        place_of(address)


@pytest.mark.parametrize("address", NUMBERS)
def test_number_inside_a_network_is_not_public(address):
    place = place_of(address)

    assert place.is_number
    assert not is_public(place.host)


@pytest.mark.parametrize("address", ASKED)
def test_ordinary_address_is_taken_apart(address):
    assert place_of(address)[:2] == ASKED[address]


def test_corpus_is_as_large_as_we_say():
    assert len(set(REFUSED)) + len(set(NUMBERS)) + len(set(NOT_PUBLIC)) >= 160


@given(st.text(max_size=60))
def test_whatever_is_typed_is_refused_or_a_plain_host(text):
    try:
        place = place_of(f"https://{text}")
    except NotAsked:
        return
    assert place.host.isascii()
    assert not set(place.host) & set("@/\\?#% \r\n\t")
    assert place.path.startswith("/")


@given(st.ip_addresses(v=4))
def test_mapped_and_translated_forms_of_an_address_are_never_public(four):
    for form in (f"::ffff:{four}", f"::{four}", f"64:ff9b::{four}"):
        assert not is_public(form)
