import csv
import io

import pytest

from core import sheets


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_cell_that_would_run_as_a_formula_is_made_text(text):
    assert sheets.cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["", "plain", "a=b", 1, -1.5, None, True])
def test_cell_that_is_harmless_stays_as_it_is(value):
    assert sheets.cell(value) == value


def test_lines_come_back_as_they_went_in():
    rows = [["a, b", 'say "yes"'], ["two\nlines", "’é"]]

    text = "".join(sheets.lines(["one", "two"], rows))

    assert list(csv.reader(io.StringIO(text, newline=""))) == [["one", "two"], *rows]


def test_stream_reads_no_row_before_it_is_sent():
    read = []

    def rows():
        for number in range(3):
            read.append(number)
            yield [number]

    answer = sheets.stream("log.csv", ["number"], rows())
    before = list(read)

    assert before == []
    assert b"".join(answer) == b"number\r\n0\r\n1\r\n2\r\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="log.csv"'
