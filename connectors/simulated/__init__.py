"""What the simulators of providers have in common: a server on loopback, and the look of the pages to play on."""
