"""The parts of tools/report.py: what is read, the figures, the page."""
