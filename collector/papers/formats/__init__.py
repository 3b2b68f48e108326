"""The formats of papers, a module each; `collector.papers.registry` finds them."""
