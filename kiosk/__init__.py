"""The program on the device: wiring, frame loop, screens and staff tools."""
