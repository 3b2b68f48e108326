"""Numbers beside their evidence: signed verdicts, bundles for auditors, what of a unit's records is held."""
