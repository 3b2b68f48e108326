"""What auditors do with the evidence: audits, verdicts, bundles, recounts."""
