"""`python -m gateway` and the console script `bakjour`."""

from gateway.cli.main import main

if __name__ == "__main__":
    main()
