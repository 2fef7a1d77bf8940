"""`switchboard demo`: a workspace on this machine, simulated providers, believable customers."""
