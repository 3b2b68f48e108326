"""The centre: evidence, scores, complaints, fleet, pages and API."""
