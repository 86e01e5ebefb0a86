"""The checker against servers over TLS on this machine: only look-up and connection are ours."""

import time

import pytest

from links import egress
from links.egress import ANSWERED, MISSING, REFUSED, SILENT, look
from tests.links import tls_server
from tests.links.tls_server import PAGE, Site, redirects, says

HOST = "demo.example.org"


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    yield site
    site.close()


def asked(site: Site, address: str = f"https://{HOST}/", **options) -> egress.Report:
    return look(address, **(site.ways() | {"seconds": 4} | options))


def test_page_that_answers_is_told_with_its_title(site):
    site.add(HOST, says(PAGE + b"<html><title>Letter &amp; <b>Sorter</b></title>"))

    report = asked(site, f"https://{HOST}/try?x=1#top")

    assert (report.state, report.title) == (ANSWERED, "Letter & Sorter")
    head = site.heard[0].decode().split("\r\n")
    assert head[0] == "GET /try?x=1 HTTP/1.1"
    assert {line.split(":")[0] for line in head[1:] if line} == {
        *("Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"),
    }  # nothing of ours goes along: no cookie, no key


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *((200, ANSWERED), (204, ANSWERED), (401, ANSWERED), (403, ANSWERED), (429, ANSWERED)),
        *((404, MISSING), (410, MISSING), (500, SILENT), (503, SILENT), (302, SILENT), (400, SILENT)),
    ],
)
def test_status_is_told_in_words(site, status, state):
    site.add(HOST, says(f"HTTP/1.1 {status} Words\r\n\r\n".encode()))

    report = asked(site)

    assert report.state == state
    assert report.words.startswith("It answered")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_followed_and_its_host_looked_up(site, status):
    site.add(HOST, redirects("https://www.example.org/new", status))
    site.add("www.example.org", says(PAGE + b"<title>New</title>"), ["1.1.1.1"])

    report = asked(site)

    assert (report.state, report.title) == (ANSWERED, "New")
    assert site.looked_up == [HOST, "www.example.org"]
    assert site.connected == ["93.184.215.14", "1.1.1.1"]


@pytest.mark.parametrize(
    "target",
    [
        *("http://example.org/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data/"),
        *("https://localhost/", "https://redis:6379/", "https://example.org:6379/", "file:///etc/passwd"),
        *("gopher://example.org/", "//10.0.0.1/", "https://2130706433/", "https://user@example.org/", "https://inside.example.org/"),
    ],
)  # fmt: skip
def test_redirect_to_where_we_do_not_ask_ends_there(site, target):
    site.add(HOST, redirects(target))
    site.add("inside.example.org", says(PAGE), ["10.0.0.7"])

    report = asked(site)

    assert report.state == REFUSED
    assert report.words.startswith("It leads on to another address.")
    assert site.connected == ["93.184.215.14"]


@pytest.mark.parametrize(
    "numbers",
    [["10.0.0.1"], ["127.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.1"],
     ["93.184.215.14", "10.0.0.1"], ["fd00:ec2::254"], ["64:ff9b::a00:1"],
     ["fe80::1%eth0"], ["nonsense"], ["0.0.0.0"]],
)  # fmt: skip
def test_name_with_any_address_that_is_not_public_is_not_asked(site, numbers):
    site.add(HOST, says(PAGE), numbers)

    report = asked(site)

    assert (report.state, site.connected) == (REFUSED, [])


def test_name_that_answers_otherwise_a_second_later_gains_nothing(site):
    site.add(HOST, says(PAGE), ["93.184.215.14"], ["127.0.0.1"])

    report = asked(site)

    assert report.state == ANSWERED
    assert (site.looked_up, site.connected) == ([HOST], ["93.184.215.14"])  # one look-up, that very number


def test_name_that_changes_between_redirects_is_not_asked(site):
    site.add(HOST, redirects("/again"), ["93.184.215.14"], ["127.0.0.1"])

    report = asked(site)

    assert (report.state, site.connected) == (REFUSED, ["93.184.215.14"])


def test_network_of_the_operator_is_not_asked(site):
    site.add(HOST, says(PAGE))

    assert asked(site, refused=["93.184.215.0/24"]).state == REFUSED
    assert site.connected == []


def test_redirects_without_end_are_left(site):
    site.add(HOST, redirects("/more"))

    report = asked(site)

    assert (report.state, len(site.connected)) == (SILENT, egress.REDIRECTS + 1)


def test_certificate_of_another_host_is_told(site):
    site.add(HOST, says(PAGE), certified="other.example.org")

    report = asked(site)

    assert report.state == SILENT
    assert "certificate is not valid for this address" in report.words
    assert site.heard == []


def test_certificate_of_an_unknown_authority_is_told(site):
    site.add(HOST, says(PAGE))

    report = asked(site, trust=egress._trust())

    assert (report.state, site.heard) == (SILENT, [])


def test_name_that_nobody_has_is_told(site):
    report = asked(site, "https://nobody.example.org/")

    assert report == (SILENT, "There is no host of that name", "")


@pytest.mark.parametrize("serve", [tls_server.hangs, tls_server.drips])
def test_server_that_takes_its_time_is_left_in_time(site, serve):
    site.add(HOST, serve)

    began = time.monotonic()
    report = asked(site, seconds=1)

    assert report.state == SILENT
    assert time.monotonic() - began < 3  # a limit on us, not a measure of speed


@pytest.mark.parametrize(
    ("serve", "state"),
    [
        (tls_server.closes, SILENT),
        (tls_server.endless_headers, SILENT),
        (tls_server.never_ends, ANSWERED),
        (says(b"220 smtp.example.org ESMTP\r\n\r\n"), SILENT),
        (says(b"\x00" * 30_000), SILENT),
        (says(b"HTTP/9.9 200 OK\r\n\r\n"), SILENT),
        (says(b"HTTP/1.1 200\r\n\r\n"), ANSWERED),
        (says(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\n\r\n"), MISSING),
        (says(b"HTTP/1.1 302 x\r\nLocation: https://[\r\n\r\n"), SILENT),
    ],
)
def test_server_that_misbehaves_is_told_and_ends_nothing(site, serve, state):
    site.add(HOST, serve)

    assert asked(site).state == state


def test_headers_without_end_are_left_by_their_length(site):
    site.add(HOST, tls_server.endless_headers)

    assert asked(site).words == "Its headers do not end"


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b"<title>" + b"x" * 5_000 + b"</title>", "x" * 200),
        (b"<title>never closed", ""),
        (b"<TITLE lang=en>Upper</TITLE>", "Upper"),
        (b"<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>", "alert(1)"),
        ("<title>a\u202eb\u200bc\x00d</title>".encode(), "abcd"),
        (b"<title>\xff\xfe bad</title>", "bad"),
        (b"<title> a \r\n  b </title>", "a b"),
        (b"no title", ""),
    ],
)
def test_title_is_plain_short_text(site, body, title):
    site.add(HOST, says(PAGE + body))

    assert asked(site).title == title


def test_compressed_answer_is_not_unpacked(site):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    site.add(HOST, says(head + b"<title>x</title>"))

    assert asked(site) == (ANSWERED, "It answered", "")


def test_second_address_of_a_host_is_tried_when_the_first_is_dead(site):
    site.add(HOST, says(PAGE), ["93.184.215.14", "1.1.1.1"])
    real = site.connect

    def connect(address, seconds):
        if address == "93.184.215.14":
            raise ConnectionRefusedError
        return real(address, seconds)

    assert asked(site, connect=connect).state == ANSWERED


def test_environment_names_no_proxy_for_us(site, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    site.add(HOST, says(PAGE))

    assert asked(site).state == ANSWERED


def test_look_up_and_connection_of_the_system_are_what_is_used_by_default(monkeypatch, site):
    monkeypatch.setattr(egress, "look_up", site.resolve)
    monkeypatch.setattr(egress, "connected", site.connect)
    site.add(HOST, says(PAGE))

    look(f"https://{HOST}/", trust=site.trust)

    assert (site.looked_up, site.connected) == ([HOST], ["93.184.215.14"])


def test_look_up_of_a_name_of_this_machine_finds_numbers():
    assert set(egress.look_up("localhost", 5)) & {"127.0.0.1", "::1"}
