"""The door for programs: tokens, limits, one form of refusals, and the contract (OpenAPI) of all addresses below `/api/v1/`."""
