"""Tables that people hand in as CSV: each fault is named by file, line and column; nothing is half read."""

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path


class Faulty(Exception):
    """The file cannot be used. `faults` are one line each."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Row(dict):
    """One line: column -> text without spaces around it."""

    def __init__(self, table: "Table", line: int, cells: dict[str, str]) -> None:
        super().__init__(cells)
        self.table, self.line = table, line

    def fault(self, column: str, words: str) -> None:
        self.table.faults.append(f"{self.table.name}, line {self.line}, column {column}: {words}")

    def need(self, column: str) -> str:
        if not self.get(column):
            self.fault(column, "nothing is there")
        return self.get(column, "")

    def number(self, column: str, low: float, high: float, *, default: float = 0.0) -> float:
        """Between `low` and `high`, or a fault."""
        text = self.get(column, "")
        if not text:
            return default
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not text.isascii() or "_" in text or not math.isfinite(found):
            self.fault(column, f"‘{text[:40]}’ is not a number")
            return default
        if not low <= found <= high:
            self.fault(column, f"{text} is not between {low:g} and {high:g}")
            return default
        return found

    def items_of(self, column: str) -> list[str]:
        """A list that is separated by semicolons."""
        return [one.strip() for one in self.get(column, "").split(";") if one.strip()]


class Table:
    """A CSV file in UTF-8 with a header, columns in any order, read whole."""

    def __init__(self, path: str, needed: Sequence[str], known: Sequence[str] = ()) -> None:
        self.name = Path(path).name
        self.faults: list[str] = []
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
        except OSError as fault:
            raise Faulty(f"{self.name}: it cannot be read ({fault.strerror})") from fault
        except UnicodeDecodeError as fault:
            raise Faulty(f"{self.name}: it is not in UTF-8 (byte {fault.start})") from fault
        try:
            lines = list(self._lines(text))
        except csv.Error as fault:
            raise Faulty(f"{self.name}: it is not CSV ({fault})") from fault
        if not lines:
            raise Faulty(f"{self.name}, line 1: the file is empty")
        self.columns = [cell.strip().lower() for cell in lines[0][1]]
        missing = [column for column in needed if column not in self.columns]
        doubled = sorted({one for one in self.columns if one and self.columns.count(one) > 1})
        if missing or doubled:
            raise Faulty(
                *(f"{self.name}, line 1, column {column}: the column is missing" for column in missing),
                *(f"{self.name}, line 1, column {column}: the column is there twice" for column in doubled),
            )
        self.rows: list[Row] = []
        for line, cells in lines[1:]:
            if not any(cell.strip() for cell in cells):
                continue
            row = Row(self, line, dict(zip(self.columns, (cell.strip() for cell in cells), strict=False)))
            if len(cells) > len(self.columns):
                row.fault(str(len(self.columns) + 1), "there are more cells than columns")
            for column in needed:
                row.need(column)
            self.rows.append(row)
        if not self.rows:
            self.faults.append(f"{self.name}, line 2: there are no rows")

    @staticmethod
    def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        before = 0
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num


def checked(*tables: Table) -> None:
    """Stop when any of them has a fault."""
    if faults := [fault for table in tables for fault in table.faults]:
        raise Faulty(*faults)
