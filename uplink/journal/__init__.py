"""What the process with the key owns: the folder, the identity, and the durable journal of records."""
