"""How commands are typed: a module cannot be called `import`, nor have a hyphen in its name."""

_NO_MODULE = {"import": "import_files"}
"""Words that Python keeps for itself."""


def module_of(word: str) -> str:
    """Give the module of a command as it is typed."""
    return _NO_MODULE.get(word, word.replace("-", "_"))


def word_of(module: str) -> str:
    """Give how the command of a module is typed."""
    return next((word for word, name in _NO_MODULE.items() if name == module), module.replace("_", "-"))
