"""Jobs of this room: every night the key tables are written anew, one after the other."""

from datetime import timedelta

from audit.log.actor import Actor
from cellule.jobs.kinds import job, recurring
from cellule.jobs.ledger import enqueue
from cellule.vault import upkeep

# The clock's day begins at midnight in Greenwich; nobody works in Montréal seven hours later.
_AT_NIGHT = timedelta(hours=7)


@recurring("vault.rewrite_keys", every=timedelta(days=1))
def rewrite_keys(tick) -> None:
    """One job for each table: no request waits for more than one of them."""
    for table in upkeep.key_tables():
        enqueue("vault.rewrite_key_table", table, key=f"{tick.key} {table}", run_after=_AT_NIGHT)


@job("vault.rewrite_key_table")
def rewrite_key_table(tick, table: str) -> None:
    upkeep.rewrite(table, Actor.system())
