"""Figures and ratios against peers, measured in one run: `make bench`. Load goes to the loopback only."""
