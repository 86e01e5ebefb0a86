"""Counting over reports: plain data in, plain numbers out."""

from reading.overview import overview


def report(
    *findings: str, status: str = "complete", kinds: tuple[str, ...] = (), silent: tuple[int, ...] = ()
):
    return {
        "status": status,
        "principles": [
            {"number": number, "finding": finding, "quotes": [] if number in silent else [{"text": "x"}]}
            for number, finding in enumerate(findings, start=1)
        ],
        "signals": [{"kind": kind} for kind in kinds],
    }


def told(counted) -> list[tuple]:
    return [(tally.number, tally.weak, tally.of, tally.percent, tally.silent) for tally in counted.tallies]


def test_count_of_stated_findings_puts_the_weakest_first():
    reports = [
        report("evidenced", "not_found", "concern"),
        report("partial", "concern", "evidenced"),
        report("not_found", "not_found", "uncertain"),
        report("evidenced", "not_found", "evidenced"),
    ]

    counted = overview(reports)

    assert (counted.entries, counted.stated) == (4, 4)
    assert told(counted) == [(2, 4, 4, 100, 0), (1, 1, 4, 25, 0), (3, 1, 4, 25, 0)]
    assert counted.tallies[0].counts == [0, 0, 3, 1, 0]


def test_count_without_a_model_is_of_entries_without_a_passage():
    reports = [report("unread", "unread", silent=(2,)), report("unread", "unread", silent=(1, 2))]

    counted = overview(reports)

    assert (counted.entries, counted.stated) == (2, 0)
    assert told(counted) == [(2, 2, 2, 100, 2), (1, 1, 2, 50, 1)]


def test_entry_that_only_the_built_in_engine_read_states_nothing():
    counted = overview([report("not_found"), report("unread", silent=(1,))])

    assert (counted.entries, counted.stated) == (2, 1)
    assert told(counted) == [(1, 1, 1, 100, 1)]


def test_count_of_flags_is_of_entries_and_leaves_out_what_could_not_be_read():
    reports = [
        report("unread", kinds=("secret", "secret", "remote_image")),
        report("unread", kinds=("remote_image",)),
        report("unread", kinds=("marking",), status="failed"),
    ]

    counted = overview(reports)

    assert counted.signals == [("Image on another site", 2), ("Key or password", 1)]
    assert counted.entries == 2


def test_count_of_nothing_is_nothing():
    counted = overview([])

    assert (counted.entries, counted.stated, counted.tallies, counted.signals) == (0, 0, [], [])
