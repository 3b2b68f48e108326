"""Evidence against maladministration: what the product knows of a unit by the Ombudsman's dimensions and a village's four indicators."""
