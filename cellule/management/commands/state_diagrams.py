"""`manage.py state_diagrams` draws the declared steps into the README; `--check` only says whether they are there."""

from django.core.management.base import BaseCommand, CommandError

from cellule import diagrams
from cellule.settings import BASE_DIR


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Write the state diagrams of all stepped records into README.md."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail when a diagram is out of date")

    def handle(self, *args, check: bool, **options) -> None:
        readme = BASE_DIR / "README.md"
        written = readme.read_text(encoding="utf-8")
        drawn = diagrams.drawn_into(written)
        if written == drawn:
            return
        if check:
            raise CommandError("The diagrams in README.md are out of date: run manage.py state_diagrams.")
        readme.write_text(drawn, encoding="utf-8")
