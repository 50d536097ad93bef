"""Words in the database: a column of them, kept by PostgreSQL, and asking which rows have certain ones.

Plain PostgreSQL without any extension; accents and plurals are taken off before (`referrals.words`).
"""

from typing import Any

from django.db import models
from django.db.models.sql.compiler import SQLCompiler

from referrals.words import words_in

MOST_WORDS = 8


class WordsField(models.Field):
    """A column of the type `tsvector`; only the database writes it."""

    def db_type(self, connection: Any) -> str:
        return "tsvector"


class VectorOf(models.Func):
    """The words of a text column, as they stand there."""

    template = "to_tsvector('simple'::regconfig, %(expressions)s)"
    output_field = WordsField()


@WordsField.register_lookup
class Holds(models.Lookup):
    """`search__holds="av jur"`: rows with a word that begins with each of these."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        words = words_in(str(self.rhs))[:MOST_WORDS]
        # Words hold letters and digits only: there is nothing to escape.
        return f"{column} @@ to_tsquery('simple'::regconfig, %s)", [*params, " & ".join(f"{word}:*" for word in words)]
