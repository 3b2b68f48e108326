"""Buttons, lights, sound and board facts, and the simulated panel."""
