"""The papers of a suggestion: the form it is filed on, the department's reply letter, the form for the deputies' verdict."""

from opinions.posters.contents import PAPERS, Paper, paper_of
from opinions.posters.files import CONTENT_TYPES, paper_file, paper_name

__all__ = ["CONTENT_TYPES", "PAPERS", "Paper", "paper_file", "paper_name", "paper_of"]
