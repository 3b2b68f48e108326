"""Tools for strangers: `ikm-verify` checks a release, `ikm-witness` cosigns a log. They need `survey` and cryptography, no Django and no collector."""
