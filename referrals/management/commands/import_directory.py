"""`manage.py import_directory FILE` reads a directory of agencies and services (HSDS 3.0, JSON); `--dry-run` only tells."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from referrals.hsds.files import NotReadable, read_file
from referrals.hsds.loading import NotImported, Plan, load
from referrals.hsds.records import Directory

_WIDTH = 30


class Command(BaseCommand):
    help = "Import agencies and services from a file in the Human Services Data Specification 3.0 (JSON)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="change nothing, and tell what would change")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            directory = read_file(file)
        except NotReadable as reason:
            raise CommandError(str(reason)) from None
        try:
            plan = load(directory, dry_run=dry_run, progress=self._show_progress)
        except NotImported:
            self._refuse(directory)
        for remark in directory.found.remarks:
            self.stdout.write(str(remark))
        if dry_run:
            for change in plan.changes:
                self.stdout.write(str(change))
        self.stdout.write(self._summary(plan, dry_run=dry_run))

    def _refuse(self, directory: Directory) -> None:
        problems = directory.found.problems
        for problem in problems:
            self.stderr.write(str(problem))
        raise CommandError(_("Nothing was imported. Problems: %(count)d.") % {"count": len(problems)})

    def _summary(self, plan: Plan, *, dry_run: bool) -> str:
        counted = {
            "new": sum(change.is_new for change in plan.changes),
            "changed": sum(not change.is_new for change in plan.changes),
            "same": plan.unchanged,
        }
        if dry_run:
            return _("Would be new: %(new)d, changed: %(changed)d, the same: %(same)d. Nothing was written.") % counted
        return _("New: %(new)d, changed: %(changed)d, the same: %(same)d.") % counted

    def _show_progress(self, done: int, of: int) -> None:
        """A bar on a terminal; elsewhere nothing, for the summary follows."""
        if not sys.stderr.isatty():
            return
        full = _WIDTH * done // of
        end = "\n" if done == of else ""
        self.stderr.write(f"\r{'█' * full}{'·' * (_WIDTH - full)} {done}/{of}", ending=end)
