"""The walks: gather facts, call a decision, apply it. They await the store, the bus and the connectors."""
