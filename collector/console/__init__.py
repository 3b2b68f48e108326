"""`ikm-collector`'s commands: the operator's desk. Every sentence a console says is made here."""
