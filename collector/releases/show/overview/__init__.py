"""Lists of what is out, down the tree of regions and that of agencies: as a page, as JSON and as CSV."""
