"""The ways out, one module each; every one keeps `gateway.ports.Carrier`."""
