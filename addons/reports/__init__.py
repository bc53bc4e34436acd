"""Reports: questions about the log, answered from its files (SPEC S3.20 to S3.27).

In: a question, such as `tokens --since 1d`. Out: rows, as a table, JSON lines, CSV or Markdown. The way through the
room:

    question.py    words → Question                    catalogue.py   name → Mode (a row in one of modes/)
    log_files.py   which files                         facts.py       files → tables of typed columns, as data
    scan.py        the engines duckdb and rg           index.py       the default engine: a DuckDB file beside the log
    relations.py   facts → views, filtered             report.py      all of it put together: `answer`
    formats.py     rows → text                         shell.py       the shell's form (__main__.py starts it)

To add a mode, add a row to a table `MODES` in modes/ (a new file there is named in catalogue.py): its name, a
summary, its columns, the relations that it reads, one query over them, and what puts the rows in order. Help,
README's table and completions follow. Where SQL is the wrong tool, the query selects what a `step` makes the rows of:
a generator from rows to rows. Filters need nothing: relations leave out what was not asked for. A relation that is
missing is a row in relations.py, over facts; a field of the log that is missing is a row in facts.py, which the three
engines then fill, each in its way, with the same rows. tests/reports/ wants the expected rows of every mode.

Nothing here imports mitmproxy, and what takes long to import is imported where it is needed: a report from the shell
starts in a fraction of a second.
"""
