"""What kiosks sent, kept verbatim: streams, raw batches, receipts, refusals, audits and bundles."""
