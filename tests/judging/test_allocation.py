from collections import Counter
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from judging.allocation import Entry, Judge, allocate

departments = st.sampled_from(["records", "rivers", "transport"])
entries = st.lists(st.frozensets(departments, max_size=2), max_size=8).map(
    lambda found: [Entry(f"E{number}", names) for number, names in enumerate(found)]
)
judges = st.lists(
    st.tuples(st.none() | departments, st.none() | st.integers(min_value=1, max_value=5)), max_size=6
).map(lambda found: [Judge(f"J{number}", home, most) for number, (home, most) in enumerate(found)])
seeds = st.integers(min_value=0, max_value=1000)


@st.composite
def problems(draw):
    some_entries, some_judges = draw(entries), draw(judges)
    every = [(entry.key, judge.key) for entry, judge in product(some_entries, some_judges)]
    pairs = st.frozensets(st.sampled_from(every), max_size=4) if every else st.just(frozenset())
    barred = draw(pairs)
    kept = draw(pairs) - barred
    return some_entries, some_judges, draw(st.integers(1, 4)), kept, barred, draw(seeds)


@given(problems())
def test_allocate_breaks_no_rule_and_names_every_empty_seat(problem):
    some_entries, some_judges, per_entry, kept, barred, seed = problem
    conflict = {
        (entry.key, judge.key)
        for entry, judge in product(some_entries, some_judges)
        if judge.department in entry.departments
    }
    most = {judge.key: judge.max_load for judge in some_judges}
    before = Counter(judge for _, judge in kept)

    found = allocate(some_entries, some_judges, per_entry=per_entry, kept=kept, barred=barred, seed=seed)

    loads = Counter(judge for _, judge in found.assignments)
    seats = Counter(entry for entry, _ in found.assignments)
    assert len(set(found.assignments)) == len(found.assignments)
    assert set(found.assignments) - set(found.new) == kept
    assert set(found.new) & (conflict | barred | kept) == set()
    assert {key: loads[key] for key in most} == found.loads
    assert [key for key in most if most[key] is not None and loads[key] > max(most[key], before[key])] == []
    assert found.shortages == [
        (entry.key, per_entry - seats[entry.key]) for entry in some_entries if seats[entry.key] < per_entry
    ]
    assert [entry.key for entry in some_entries if seats[entry.key] > per_entry and not kept] == []


@given(problems())
def test_allocate_in_any_order_of_input_finds_the_same(problem):
    some_entries, some_judges, per_entry, kept, barred, seed = problem

    forward = allocate(some_entries, some_judges, per_entry=per_entry, kept=kept, barred=barred, seed=seed)
    backward = allocate(
        some_entries[::-1], some_judges[::-1], per_entry=per_entry, kept=kept, barred=barred, seed=seed
    )

    assert forward == backward


@given(problems())
def test_allocate_again_on_its_own_result_adds_nothing(problem):
    some_entries, some_judges, per_entry, kept, barred, seed = problem
    first = allocate(some_entries, some_judges, per_entry=per_entry, kept=kept, barred=barred, seed=seed)

    again = allocate(
        some_entries, some_judges, per_entry=per_entry, kept=first.assignments, barred=barred, seed=seed + 1
    )

    # What another chain of moves could still free is not moved: everything that exists stays.
    assert again.new == [pair for pair in again.new if first.shortages]


@given(st.integers(1, 12), st.integers(3, 8), seeds)
def test_allocate_without_conflicts_keeps_loads_within_one_of_each_other(number, size, seed):
    found = allocate(
        [Entry(key) for key in range(number)], [Judge(key) for key in range(size)], per_entry=3, seed=seed
    )

    assert max(found.loads.values()) - min(found.loads.values()) <= 1
    assert found.shortages == []


def test_allocate_moves_a_seat_when_only_that_fills_another():
    # A may be scored by both judges, B only by the first, and each judge takes one entry.
    some = [Entry("A"), Entry("B", frozenset({"rivers"}))]
    panel = [Judge("one", "records", 1), Judge("two", "rivers", 1)]

    found = [allocate(some, panel, per_entry=1, seed=seed).assignments for seed in range(20)]

    assert found == [[("A", "two"), ("B", "one")]] * 20


def test_allocate_with_too_few_judges_shares_out_what_there_is():
    some = [Entry("A"), Entry("B"), Entry("C", frozenset({"rivers"}))]
    panel = [Judge("one", "records", 2), Judge("two", "rivers", 2)]

    found = allocate(some, panel, per_entry=2, seed=4)

    assert Counter(entry for entry, _ in found.assignments).keys() == {"A", "B", "C"}
    assert sum(missing for _, missing in found.shortages) == 2


def test_allocate_mixes_judges():
    some = [Entry(number) for number in range(24)]
    panel = [Judge(number) for number in range(8)]

    found = allocate(some, panel, per_entry=3, seed=1)

    together = Counter()
    for entry in some:
        sitting = sorted(judge for key, judge in found.assignments if key == entry.key)
        together.update(combinations(sitting, 2))
    # 72 pairs over the 28 that there are: 2.6 each when perfectly mixed.
    assert max(together.values()) <= 4
