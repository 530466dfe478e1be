"""What the classes here answer with, from modules that need them."""

from .._answers import Answers

ANSWERS = Answers()
