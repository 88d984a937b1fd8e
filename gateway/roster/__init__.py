"""The roster: areas, units, receivers, shifts and who is on duty when; the resolver; import, export."""
