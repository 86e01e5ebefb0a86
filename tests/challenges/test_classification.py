import pytest

from challenges.classification import LEVELS, markings_in, may_be_kept, why_not_taken
from challenges.models import DataLevel


def test_every_data_level_is_explained():
    assert sorted(LEVELS) == sorted(DataLevel.values)


def test_only_levels_up_to_official_may_be_kept():
    kept = [level for level in ("", *DataLevel.values) if may_be_kept(level)]

    assert kept == ["", "public", "official"]


@pytest.mark.parametrize("accepts_official", [True, False])
@pytest.mark.parametrize("level", ["official_sensitive", "secret", "unsure"])
def test_levels_above_official_are_never_taken(level, accepts_official):
    assert why_not_taken(level, accepts_official=accepts_official) == LEVELS[level].stop != ""


def test_official_is_taken_where_the_event_says_so():
    assert why_not_taken("official", accepts_official=True) == ""
    assert why_not_taken("official", accepts_official=False) == LEVELS["official"].stop != ""


def test_open_data_is_always_taken():
    assert why_not_taken("public", accepts_official=False) == ""


@pytest.mark.parametrize(
    ("text", "markings"),
    [
        ("OFFICIAL-SENSITIVE: draft reply", ["OFFICIAL-SENSITIVE"]),
        ("OFFICIAL SENSITIVE and OFFICIAL – SENSITIVE", ["OFFICIAL SENSITIVE", "OFFICIAL – SENSITIVE"]),
        ("This is TOP SECRET. So is this: TOP SECRET", ["TOP SECRET"]),
        ("SECRET UK EYES ONLY, STRAP2", ["SECRET", "UK EYES ONLY", "STRAP2"]),
        ("O-S: the list of sites", ["O-S"]),
        ("RESTRICTED and CONFIDENTIAL are from before 2014", ["RESTRICTED", "CONFIDENTIAL"]),
        ("It is no secret that a confidential reply is official and sensitive", []),
        ("OFFICIAL information only; SECRETARY OF STATE", []),
        ("", []),
    ],
)
def test_find_markings_in_upper_case_alone(text, markings):
    assert markings_in(text) == markings


def test_find_markings_in_several_texts_each_once():
    assert markings_in("SECRET", "nothing", "CONFIDENTIAL, SECRET") == ["SECRET", "CONFIDENTIAL"]
