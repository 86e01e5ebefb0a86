"""Reads an entry: extract, segment, signals, retrieve, summarise, judge, verify, derive.

Kept empty of imports: the child process that extracts text starts here and must start fast.
"""
