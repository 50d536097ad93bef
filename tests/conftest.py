"""Fixtures of the whole house."""
