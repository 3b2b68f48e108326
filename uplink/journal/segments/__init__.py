"""The journal's files: lines, segments, recovery, and the disk they lie on."""
