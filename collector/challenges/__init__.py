"""Test visits: cards that auditors take along, the declarations that kiosks write, and what is taken out of every number for them."""
