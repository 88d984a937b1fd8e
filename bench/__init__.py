"""Speed and memory as ratios of one run: `python -m bench`; docs/performance.md says how it is measured."""
