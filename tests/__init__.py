"""The tests, by layer: unit, property, contract, simulation, e2e, browser, house; `servers` holds the real ones."""
