"""The command line `bakjour`: one module a group of commands, joined in `main`.

Rules: results go to stdout, diagnostics to stderr; exit 0 done, 1 failed, 2 wrong use. Tables only on a
terminal, otherwise one plain line a row, its columns separated by tabs and no value cut. Every command shows
an example that runs. What a command needs of the heavy libraries it imports itself.
"""
