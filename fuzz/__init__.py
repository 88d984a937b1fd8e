"""Fuzz targets of the protocols, for atheris: `make fuzz`."""
