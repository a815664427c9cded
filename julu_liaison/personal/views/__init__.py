"""我的个人信息: what is held of oneself, with a copy to take away; asking for a correction, and settling what was asked."""

from julu_liaison.personal.views.corrections import correction, correction_ask, correction_move, corrections
from julu_liaison.personal.views.own import my_data, my_data_file

__all__ = ["correction", "correction_ask", "correction_move", "corrections", "my_data", "my_data_file"]
