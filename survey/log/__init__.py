"""A log of facts that can only grow: RFC 6962's tree, and the formats of C2SP around it. Signing and verifying are passed in."""
