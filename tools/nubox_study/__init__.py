"""The accuracy study of the simulator: its runs, measurements and figure."""
