"""The core of Switchboard: model, decisions, bus, store, flows, HTTP API and command line."""
