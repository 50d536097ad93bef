"""A room that exists only in the processes of the kill test."""
