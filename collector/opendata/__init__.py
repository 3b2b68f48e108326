"""Open data: published releases as tables, with the metadata that BPS asks to travel with them."""
