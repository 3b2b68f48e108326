"""tmp"""


def main(arguments):
    return 2
