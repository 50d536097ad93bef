"""Asking inside the database whether the transaction that is about to commit holds an entry: SQL for triggers."""

# A row that is visible while its maker is still in progress is this transaction's own, also from a savepoint, whose
# number is another one. `xmin` has 32 bits; the rest comes from the current number, which it cannot be far from.
_OWN = """pg_xact_status((
            CASE
                WHEN told.xmin::text::bigint < (pg_current_xact_id()::text::bigint & 4294967295) - 2147483648
                THEN ((pg_current_xact_id()::text::bigint >> 32) + 1) << 32
                ELSE (pg_current_xact_id()::text::bigint >> 32) << 32
            END | told.xmin::text::bigint)::text::xid8) = 'in progress'"""


def holds_entry(*, subject_type: str, reference: str, purpose: str = "") -> str:
    """Give an SQL condition: this transaction has recorded an act on this record.

    `subject_type`: its label, `reference` and `purpose`: SQL expressions (the latter: what the entry says of the move).
    """
    about = f"told.reference = {reference} AND told.subject_type = '{subject_type}' AND told.outcome = 'done'"
    if purpose:
        about += f" AND told.purpose = {purpose}"
    return f"""EXISTS (
        SELECT 1 FROM public.log_entry told
        WHERE {about} AND told.at >= transaction_timestamp() AND {_OWN}
    )"""
