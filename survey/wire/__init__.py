"""The bytes both ends speak: batches up, receipts and settings down, topics, and what a stick carries."""
