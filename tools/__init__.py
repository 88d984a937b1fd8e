"""What the project's makers run, and the product never."""
