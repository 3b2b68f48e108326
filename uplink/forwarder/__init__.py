"""The process with the network: stores nothing of its own but how far the collector has confirmed, and forwards the rest."""
