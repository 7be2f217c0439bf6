"""Studies made of many runs of nubox: stages, methods side by side, the accuracy of the simulator."""
