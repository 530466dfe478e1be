"""Why errors of some functions are what they are: the condition of what they compute."""

NOTES: dict[str, str] = {}
"""By function; the column `note` of ACCURACY.md."""
