"""Finding people whose names are sealed, and cases that may be about one person.

`spelling` and `index` compare words and know nothing of cases; `finding` opens what a person may search in, `packing`
keeps it quick to open; `duplicates` and `lines` stand on them.
"""
